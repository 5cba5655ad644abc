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

    /// <summary>Root work that was admitted and has not completed: waiting for its time, queued, running, or waiting in an <c>await</c>.</summary>
    public int InFlight { get; init; }

    /// <summary>Work that waits for its time: started with a delay that is not over.</summary>
    public int Delayed { get; init; }

    /// <summary>Threads that the executor has now.</summary>
    public int Threads { get; init; }

    /// <summary>The highest <see cref="Threads"/> seen.</summary>
    public int ThreadsHighWater { get; init; }

    /// <summary>Threads that sleep because they have nothing to do.</summary>
    public int IdleThreads { get; init; }

    /// <summary>Threads that are in a managed blocking wait now; seen on pools, and on other kinds that do not ignore blocking.</summary>
    public int BlockedThreads { get; init; }

    /// <summary>Tasks (RunAsync, InvokeAsync) whose work has begun.</summary>
    public long TasksStarted { get; init; }

    /// <summary>Tasks that ended cancelled, before their start or after it.</summary>
    public long TasksCancelled { get; init; }

    /// <summary>Tasks that ended with an exception.</summary>
    public long TasksFailed { get; init; }

    /// <summary>The time that started tasks have waited in total, each from its call (or from its time, if it was delayed) to its first turn; a full queue included.</summary>
    /// <remarks>Each task is measured with the system's coarse clock: one alone to a few milliseconds, the sum of many to a small share.</remarks>
    public TimeSpan QueueWait { get; init; }

    /// <summary>The time that turns took in total, on all threads: what they computed and what they blocked, not what they awaited.</summary>
    /// <remarks>
    /// Sampled with the system's coarse clock (a few milliseconds), so that a turn costs no clock read more: short turns count in
    /// proportion, as in a sampling profiler. On a busy thread what lies between two turns is counted with them.
    /// </remarks>
    public TimeSpan RunTime { get; init; }

    /// <summary><see cref="QueueWait"/> for each started task; zero if there was none.</summary>
    public TimeSpan AverageQueueWait => TasksStarted == 0 ? TimeSpan.Zero : QueueWait / TasksStarted;

    /// <summary><see cref="RunTime"/> for each executed callback; zero if there was none.</summary>
    public TimeSpan AverageRunTime => Executed == 0 ? TimeSpan.Zero : RunTime / Executed;

    /// <summary>Turns that took longer than the executor's limit.</summary>
    public long LongTurns { get; init; }

    /// <summary>Blocking waits that were seen on a thread of the executor.</summary>
    public long BlockingWaits { get; init; }

    /// <summary>The longest time that a task waited for its first turn; on a pool also that of posted work, sampled while all threads are busy.</summary>
    public TimeSpan LongestQueueWait { get; init; }

    /// <summary>Callbacks that arrived after the executor had ended, or were left in its queue then, and were run on the .NET thread pool instead.</summary>
    public long RunAfterStop { get; init; }
}
