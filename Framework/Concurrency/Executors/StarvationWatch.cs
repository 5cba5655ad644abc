using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Looks while a probe waits in the queue of a pool: work that is never started would never tell.</summary>
/// <remarks>One timer, set only when the probe is sent: a pool that has an idle thread pays nothing.</remarks>
internal sealed class StarvationWatch(PoolExecutor owner, PoolExecutorOptions options, PoolCrew crew, QueueProbe probe)
{
    private const int Repeat = 10;

    private readonly QuietLock _gate = new();
    private ITimer? _timer;
    private volatile StarvationReport? _last;

    /// <summary>What was reported last.</summary>
    public StarvationReport? Last => _last;

    /// <summary>The probe has been queued.</summary>
    public void ProbeSent()
    {
        if (options.StarvationLimit != Timeout.InfiniteTimeSpan)
        {
            CleanThreads.Run(static self => ((StarvationWatch)self!).SetTimer(((StarvationWatch)self).Limit), this);
        }
    }

    private TimeSpan Limit => options.StarvationLimit;

    private void SetTimer(TimeSpan due)
    {
        using (_gate.EnterScope())
        {
            if (_timer is null)
            {
                // The timer outlives the caller, whose AsyncLocal values it must not keep.
                using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
                _timer = options.WatchdogClock.CreateTimer(
                    static self => ((StarvationWatch)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        var waited = probe.Waiting;
        if (waited == TimeSpan.Zero)
        {
            return;
        }

        if (waited < Limit)
        {
            // Another probe, which was sent after the timer had been set.
            SetTimer(Limit - waited);
            return;
        }

        var report = new StarvationReport
        {
            Executor = owner,
            Waited = waited,
            Queued = owner.Statistics.Queued,
            Busy = [.. crew.BusyThreads().OrderByDescending(static thread => thread.Duration)],
        };
        _last = report;
        Deliver(report);
        SetTimer(waited * (Repeat - 1));
    }

    private void Deliver(StarvationReport report)
    {
        try
        {
            if (options.LoggerBeside(options.OnStarvation) is { } logger)
            {
                ExecutorLog.Starved(logger, report.Waited, owner, report.Busy.Count, report.Describe());
            }

            options.OnStarvation?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(options.Log, owner, error);
        }
    }
}
