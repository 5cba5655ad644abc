namespace Concurrency.Executors.Processes;

/// <summary>The counters of an executor; guarded by the gate of its <see cref="WorkerCrew"/>.</summary>
internal sealed class ProcessTotals
{
    private ProcessExecutorStatistics _counts;

    public void Accepted(int queued) => _counts = _counts with
    {
        Accepted = _counts.Accepted + 1,
        QueuedHighWater = Math.Max(_counts.QueuedHighWater, queued),
    };

    public void Sent(TimeSpan wait) => _counts = _counts with
    {
        QueueWait = _counts.QueueWait + wait,
        LongestQueueWait = wait > _counts.LongestQueueWait ? wait : _counts.LongestQueueWait,
    };

    public void Ran(TimeSpan time) => _counts = _counts with
    {
        RunTime = _counts.RunTime + time,
        LongestRunTime = time > _counts.LongestRunTime ? time : _counts.LongestRunTime,
    };

    public void Succeeded() => _counts = _counts with { Succeeded = _counts.Succeeded + 1 };

    public void Failed() => _counts = _counts with { Failed = _counts.Failed + 1 };

    public void Cancelled() => _counts = _counts with { Cancelled = _counts.Cancelled + 1 };

    public void Rejected() => _counts = _counts with { Rejected = _counts.Rejected + 1 };

    public void Started() => _counts = _counts with { WorkersStarted = _counts.WorkersStarted + 1 };

    public void StartFailed() => _counts = _counts with { StartsFailed = _counts.StartsFailed + 1 };

    public void Crashed() => _counts = _counts with { WorkersCrashed = _counts.WorkersCrashed + 1 };

    public void Killed() => _counts = _counts with { WorkersKilled = _counts.WorkersKilled + 1 };

    public void Respawned() => _counts = _counts with { WorkersRespawned = _counts.WorkersRespawned + 1 };

    public void Recycled() => _counts = _counts with { WorkersRecycled = _counts.WorkersRecycled + 1 };

    public void IdledOut() => _counts = _counts with { WorkersIdledOut = _counts.WorkersIdledOut + 1 };

    /// <summary>The counters, without what only the crew knows of this moment.</summary>
    public ProcessExecutorStatistics Snapshot() => _counts;
}
