using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One turn that took longer than <see cref="ExecutorOptions.LongTurnLimit"/>.</summary>
public sealed record LongTurnReport
{
    /// <summary>The executor whose other work had to wait.</summary>
    public required Executor Executor { get; init; }

    /// <summary>The method that ran, as far as it can be told from the callback: the async method, or the delegate's method.</summary>
    public required string Method { get; init; }

    /// <summary>How long the turn took; the resolution is that of the system's coarse clock (a few milliseconds).</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The managed thread id on which it ran.</summary>
    public required int ThreadId { get; init; }
}
