namespace Concurrency.Execution;

/// <summary>Decides, in a simulation, who goes first where real threads could overtake each other.</summary>
internal abstract class Interleaver
{
    /// <summary>Whether all who await promises that are made here are of the simulation.</summary>
    public abstract bool KeepsContinuations { get; }

    /// <summary>Whether the end of a piece of work waits for a turn of its own.</summary>
    public abstract bool SeparatesEnds { get; }

    /// <summary>Tells that the current actor is about to do an operation.</summary>
    /// <returns>Whether it may do it at once; otherwise it waits for its turn with <see cref="Suspend"/>.</returns>
    public abstract bool Arrive(OperationKind kind, object resource);

    /// <summary>Queues the current actor at the operation that was told last.</summary>
    public abstract void Suspend(Action continuation);

    /// <summary>Tells that the current actor does now the operation at which it arrived.</summary>
    public abstract void Begin(OperationKind kind, object resource);

    /// <summary>Tells that the operation has begun to wait.</summary>
    /// <returns>The actor that waits, owed to <see cref="End"/>.</returns>
    public abstract object? Park(OperationKind kind, object resource);

    /// <summary>Tells that the operation has ended.</summary>
    /// <param name="kind">What it was.</param>
    /// <param name="resource">What it was about.</param>
    /// <param name="parked">What <see cref="Park"/> returned; null if it did not wait.</param>
    /// <param name="passed">Whether it was done, and not cancelled or refused.</param>
    public abstract void End(OperationKind kind, object resource, object? parked, bool passed);

    /// <summary>Tells that the current actor does an operation that cannot wait for its turn.</summary>
    public abstract void Touch(OperationKind kind, object resource);

    /// <summary>Tells that the current actor looks at a token, and may from now on be ended by it.</summary>
    public abstract void Watch(CancellationToken token);

    /// <summary>Tells that the current actor, inside of an operation on another thing, comes to a thing. Also under a gate.</summary>
    public abstract void See(OperationKind kind, object resource);

    /// <summary>Tells that an operation which could not wait took what it tried to take.</summary>
    public abstract void Took(OperationKind kind, object resource);

    /// <summary>Tells which of its cases a select took; negative for a timeout or an end.</summary>
    public abstract void TookCase(object select, int taken, int count);

    /// <summary>Picks one of several that are equal.</summary>
    public abstract int Choose(int count);
}
