namespace Concurrency.Executors.Processes;

/// <summary>A consistent snapshot of what a <see cref="ProcessExecutor"/> has done and is doing.</summary>
/// <remarks>At every moment <c>Accepted = Succeeded + Failed + Cancelled + Queued + InFlight</c>. Counts are since the executor was made.</remarks>
public readonly record struct ProcessExecutorStatistics
{
    /// <summary>Requests that were taken in.</summary>
    public long Accepted { get; init; }

    /// <summary>Requests that were answered with a result.</summary>
    public long Succeeded { get; init; }

    /// <summary>Requests whose work threw, whose worker crashed, or for which no worker could be started.</summary>
    public long Failed { get; init; }

    /// <summary>Requests that ended by cancellation, by their time limit, or by the executor's disposal.</summary>
    public long Cancelled { get; init; }

    /// <summary>Requests that were refused, because the queue was full or the executor was stopping.</summary>
    public long Rejected { get; init; }

    /// <summary>Requests that wait for a worker.</summary>
    public int Queued { get; init; }

    /// <summary>The highest <see cref="Queued"/> seen.</summary>
    public int QueuedHighWater { get; init; }

    /// <summary>Callers that wait for a place in the queue.</summary>
    public int Waiting { get; init; }

    /// <summary>Requests that a worker has.</summary>
    public int InFlight { get; init; }

    /// <summary>Workers that have answered and not ended.</summary>
    public int Workers { get; init; }

    /// <summary>Processes that were started and have not answered yet.</summary>
    public int Starting { get; init; }

    /// <summary>Workers that have answered, ever.</summary>
    public long WorkersStarted { get; init; }

    /// <summary>Processes that could not be started, or ended or were killed before they answered.</summary>
    public long StartsFailed { get; init; }

    /// <summary>Workers that ended by themselves while they were wanted.</summary>
    public long WorkersCrashed { get; init; }

    /// <summary>Workers that were killed, because their work ignored its cancellation or they did not end.</summary>
    public long WorkersKilled { get; init; }

    /// <summary>Starts that replaced a worker that had crashed or was killed.</summary>
    public long WorkersRespawned { get; init; }

    /// <summary>Workers that ended because they had served the requests of their lifetime.</summary>
    public long WorkersRecycled { get; init; }

    /// <summary>Workers that ended because nothing was asked of them for a while.</summary>
    public long WorkersIdledOut { get; init; }

    /// <summary>The time that requests waited from their call until a worker got them, together.</summary>
    public TimeSpan QueueWait { get; init; }

    /// <summary>The longest such wait.</summary>
    public TimeSpan LongestQueueWait { get; init; }

    /// <summary>The time that work ran, together, as the workers measured it; without queue and transport.</summary>
    public TimeSpan RunTime { get; init; }

    /// <summary>The longest such run.</summary>
    public TimeSpan LongestRunTime { get; init; }
}
