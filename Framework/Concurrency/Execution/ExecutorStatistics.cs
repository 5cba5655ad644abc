namespace Concurrency.Execution;

/// <summary>A consistent snapshot of what an <see cref="Executor"/> has done and is doing.</summary>
/// <remarks>
/// At every moment <c>Accepted = Executed + Queued + Running + Discarded</c>. Counts are since the executor started.
/// </remarks>
public readonly record struct ExecutorStatistics
{
    /// <summary>Callbacks that were taken in: posted work, starts of tasks, and continuations.</summary>
    public long Accepted { get; init; }

    /// <summary>Callbacks that were run to their end, whether they threw or not.</summary>
    public long Executed { get; init; }

    /// <summary>Root work that was refused, because the queue was full or the executor was stopping.</summary>
    public long Rejected { get; init; }

    /// <summary>Callbacks that were still queued when the executor ended: tasks that had not started are cancelled, the rest runs on the .NET thread pool.</summary>
    public long Discarded { get; init; }

    /// <summary>Callbacks that threw to the executor instead of to an awaiter.</summary>
    public long Failed { get; init; }

    /// <summary>Callbacks that wait to be run now.</summary>
    public int Queued { get; init; }

    /// <summary>The highest <see cref="Queued"/> seen.</summary>
    public int QueuedHighWater { get; init; }

    /// <summary>Callbacks that are being run now.</summary>
    public int Running { get; init; }

    /// <summary>Root work that was admitted and has not completed: queued, running, or waiting in an <c>await</c>.</summary>
    public int InFlight { get; init; }

    /// <summary>Threads that the executor has now.</summary>
    public int Threads { get; init; }

    /// <summary>Turns that took longer than the executor's limit.</summary>
    public long LongTurns { get; init; }

    /// <summary>Blocking waits that were seen on a thread of the executor.</summary>
    public long BlockingWaits { get; init; }

    /// <summary>The longest time that sampled new work waited for a thread, on an executor that has several.</summary>
    public TimeSpan LongestQueueWait { get; init; }

    /// <summary>Callbacks that arrived after the executor had ended, or were left in its queue then, and were run on the .NET thread pool instead.</summary>
    public long RunAfterStop { get; init; }
}
