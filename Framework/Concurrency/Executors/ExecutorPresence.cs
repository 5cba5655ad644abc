using System.Globalization;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Shows an executor in snapshots and to the meter, from the start of its first thread to the end of its last.</summary>
internal sealed class ExecutorPresence(Executor executor) : ILiveObject
{
    public string Kind => "executor";

    public string Name => executor.Name;

    public ILiveObject? Parent => null;

    public Executor Executor => executor;

    /// <summary>Shows it from now on; nothing happens if it is shown already.</summary>
    public void Show()
    {
        LiveObjects.Add(this);
        executor.Presence = this;
        ExecutorMeter.Start();
    }

    /// <summary>Shows it no longer.</summary>
    public void Hide()
    {
        executor.Presence = null;
        LiveObjects.Remove(this);
    }

    public void Describe(LiveDetails details)
    {
        var statistics = executor.Statistics;
        details.Add("kind", executor.Kind.ToString());
        details.Add("threads", statistics.Threads);
        details.Add("queued", statistics.Queued);
        details.Add("running", statistics.Running);
        details.Add("in flight", statistics.InFlight);
        details.Add("delayed", statistics.Delayed);
        details.Add("executed", statistics.Executed);
        details.Add("rejected", statistics.Rejected);
        details.Add("failed", statistics.Failed);
        details.Add("long turns", statistics.LongTurns);
        details.Add("blocking waits", statistics.BlockingWaits);
        details.Add("blocked threads", statistics.BlockedThreads);
        switch (executor)
        {
            case SingleThreadExecutor loop:
                details.Add("timers", loop.Timers);
                break;
            case PoolExecutor pool:
                DescribeThreads(pool, details);
                break;
        }
    }

    private static void DescribeThreads(PoolExecutor pool, LiveDetails details)
    {
        foreach (var thread in pool.BusyThreads)
        {
            var part = details.AddPart("thread", thread.ThreadId.ToString(CultureInfo.InvariantCulture));
            part.Add("runs", thread.Method);
            part.Add("for", thread.Duration.ToString());
            if (thread.CallSite is { } place)
            {
                part.Add("blocked at", place);
            }
        }
    }
}
