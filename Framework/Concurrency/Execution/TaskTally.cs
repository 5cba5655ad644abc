namespace Concurrency.Execution;

/// <summary>What became of the tasks of one executor, and how long they waited for their first turn.</summary>
internal sealed class TaskTally
{
    private long _started;
    private long _cancelled;
    private long _failed;
    private long _waited;
    private long _longest;

    /// <summary>Counts a first turn.</summary>
    /// <param name="milliseconds">How long it was waited for; mostly 0, which costs nothing more.</param>
    public void CountStarted(long milliseconds)
    {
        Interlocked.Increment(ref _started);
        if (milliseconds > 0)
        {
            CountWait(milliseconds);
        }
    }

    /// <summary>Counts a first turn on an executor whose turns never overlap.</summary>
    /// <inheritdoc cref="CountStarted"/>
    public void CountStartedAlone(long milliseconds)
    {
        Volatile.Write(ref _started, _started + 1);
        if (milliseconds > 0)
        {
            CountWait(milliseconds);
        }
    }

    public void CountCancelled() => Interlocked.Increment(ref _cancelled);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    /// <summary>Completes a snapshot.</summary>
    public ExecutorStatistics AddTo(ExecutorStatistics statistics)
    {
        var longest = TimeSpan.FromMilliseconds(Volatile.Read(ref _longest));
        return statistics with
        {
            TasksStarted = Volatile.Read(ref _started),
            TasksCancelled = Volatile.Read(ref _cancelled),
            TasksFailed = Volatile.Read(ref _failed),
            QueueWait = TimeSpan.FromMilliseconds(Volatile.Read(ref _waited)),
            LongestQueueWait = longest > statistics.LongestQueueWait ? longest : statistics.LongestQueueWait,
        };
    }

    private void CountWait(long milliseconds)
    {
        Interlocked.Add(ref _waited, milliseconds);
        long seen;
        while ((seen = Volatile.Read(ref _longest)) < milliseconds)
        {
            Interlocked.CompareExchange(ref _longest, milliseconds, seen);
        }
    }
}
