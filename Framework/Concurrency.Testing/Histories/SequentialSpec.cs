namespace Concurrency.Testing.Histories;

/// <summary>What a thing does when one operation comes after the other: the meaning that a concurrent one is held against.</summary>
/// <typeparam name="TState">Its state: immutable, and compared by <see cref="Comparer"/>.</typeparam>
/// <typeparam name="TOperation">What can be asked of it.</typeparam>
/// <typeparam name="TResult">What it answers.</typeparam>
public abstract class SequentialSpec<TState, TOperation, TResult>
{
    /// <summary>The state before the first operation.</summary>
    public abstract TState Initial { get; }

    /// <summary>Compares states; equal ones must behave alike from then on.</summary>
    public virtual IEqualityComparer<TState> Comparer => EqualityComparer<TState>.Default;

    /// <summary>Does one operation.</summary>
    /// <returns>The state after it, and the answer.</returns>
    public abstract (TState Next, TResult Result) Apply(TState state, TOperation operation);

    /// <summary>Whether an answer that was seen is what the operation may answer; equal ones unless overridden.</summary>
    public virtual bool IsAllowed(TResult expected, TResult seen) => EqualityComparer<TResult>.Default.Equals(expected, seen);

    /// <summary>The part of the thing that an operation is about, such as a key: operations on different parts do not influence each other.</summary>
    /// <returns>Equal objects for the same part; null, the default, for operations that are all about one part.</returns>
    public virtual object? PartOf(TOperation operation) => null;
}
