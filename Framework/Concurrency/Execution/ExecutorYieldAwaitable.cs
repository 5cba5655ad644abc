namespace Concurrency.Execution;

/// <summary>Awaiting it ends the turn and queues the rest of the method at the end of the current executor's ready queue.</summary>
/// <remarks>Without a current executor it behaves as <see cref="Task.Yield"/> does: the rest runs on the captured context or the thread pool.</remarks>
public readonly struct ExecutorYieldAwaitable : IEquatable<ExecutorYieldAwaitable>
{
    /// <summary>Gets the awaiter; called by the compiler.</summary>
    public ExecutorYieldAwaiter GetAwaiter() => default;

    /// <inheritdoc/>
    public bool Equals(ExecutorYieldAwaitable other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ExecutorYieldAwaitable;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <summary>All values are equal.</summary>
    public static bool operator ==(ExecutorYieldAwaitable left, ExecutorYieldAwaitable right) => true;

    /// <summary>All values are equal.</summary>
    public static bool operator !=(ExecutorYieldAwaitable left, ExecutorYieldAwaitable right) => false;
}
