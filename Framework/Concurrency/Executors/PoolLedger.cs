using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>What a pool has accepted, refused and thrown away, next to what its threads count themselves.</summary>
internal sealed class PoolLedger(PoolCrew crew)
{
    private long _outsideAccepted;
    private long _rejected;
    private long _discarded;

    public void CountAccepted(int change)
    {
        if (PoolWorker.Current is { } worker && ReferenceEquals(worker.Crew, crew))
        {
            worker.CountAccepted(change);
        }
        else
        {
            // A full fence: a drain that begins meanwhile either sees this work or is seen by it.
            Interlocked.Add(ref _outsideAccepted, change);
        }
    }

    public void CountRejected() => Interlocked.Increment(ref _rejected);

    public void CountDiscarded() => Interlocked.Increment(ref _discarded);

    /// <summary>Whether nothing is queued, running or in flight.</summary>
    public bool IsSettled(ExecutorLifetime lifetime)
    {
        var totals = Sum();

        // Unless something came meanwhile, all that was executed at the first look is all there was at the last.
        return totals.Executed == totals.Accepted - Volatile.Read(ref _discarded)
            && lifetime.InFlight == 0
            && totals.Accepted == crew.Accepted() + Volatile.Read(ref _outsideAccepted);
    }

    public ExecutorStatistics Snapshot(PoolQueues queues, ExecutorLifetime lifetime, long runAfterStop)
    {
        var discarded = Volatile.Read(ref _discarded);
        var totals = Sum();
        var threads = crew.Threads;

        // Turns may have passed between the reads: no more than there are threads can run now.
        var running = (int)Math.Min(totals.Started - totals.Executed, Math.Max(threads, 1));
        var queued = (int)Math.Max(0, totals.Accepted - totals.Started - discarded);
        return new ExecutorStatistics
        {
            Accepted = totals.Started + queued + discarded,
            Executed = totals.Started - running,
            Rejected = Volatile.Read(ref _rejected),
            Discarded = discarded,
            Failed = totals.Failed,
            Queued = queued,
            QueuedHighWater = queues.Saw(queued),
            Running = running,
            InFlight = lifetime.InFlight,
            Threads = threads,
            ThreadsHighWater = crew.ThreadsHighWater,
            IdleThreads = crew.Sleeping,
            RunTime = TimeSpan.FromMilliseconds(totals.RunMilliseconds + (running == 0 ? 0 : crew.RunningMilliseconds())),
            LongTurns = totals.LongTurns,
            RunAfterStop = runAfterStop,
            LongestQueueWait = queues.LongestWait,
        };
    }

    private PoolTotals Sum()
    {
        var totals = crew.Sum();
        return totals with { Accepted = totals.Accepted + Volatile.Read(ref _outsideAccepted) };
    }
}
