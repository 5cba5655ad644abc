namespace Concurrency.Executors;

/// <summary>What a <see cref="LiveTask"/> is doing.</summary>
public enum LiveTaskState
{
    /// <summary>It waits for its first turn.</summary>
    Queued,

    /// <summary>A thread runs its code, or code that it has started and that belongs to no other tracked task.</summary>
    Running,

    /// <summary>It is in an <c>await</c>.</summary>
    Awaiting,

    /// <summary>It has ended.</summary>
    Ended,
}
