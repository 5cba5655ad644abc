using System.Globalization;
using Concurrency.Diagnostics;
using Concurrency.Interop;

namespace Concurrency.Bridging;

/// <content>The bridges as a snapshot of the process shows them.</content>
internal sealed partial class BridgeThreads : ILiveObject
{
    private const int ShownJobs = 100;

    string ILiveObject.Kind => "bridges";

    string ILiveObject.Name => Options.Name;

    ILiveObject? ILiveObject.Parent => null;

    /// <summary>The time since a moment of <see cref="CoarseClock"/>, for people.</summary>
    public static string Since(long milliseconds) => TimeSpan
        .FromMilliseconds(Math.Max(0, CoarseClock.Milliseconds() - milliseconds))
        .ToString("c", CultureInfo.InvariantCulture);

    void ILiveObject.Describe(LiveDetails details)
    {
        var statistics = Statistics;
        details.Add("threads", statistics.Threads);
        details.Add("maximum", Options.MaximumThreads);
        details.Add("running", statistics.Running);
        details.Add("parked", statistics.Parked);
        details.Add("waiting", statistics.Waiting);
        details.Add("started", statistics.Started);
        List<BridgeJob> running;
        List<BridgeJob> waiting;
        using (_gate.EnterScope())
        {
            running = [.. _all.Select(static thread => thread.Job).OfType<BridgeJob>().Take(ShownJobs)];
            waiting = [.. _waiting.Take(ShownJobs - running.Count)];
        }

        foreach (var job in running)
        {
            job.Describe(details.AddPart("bridge", job.Name));
        }

        foreach (var job in waiting)
        {
            var part = details.AddPart("bridge", job.Name);
            part.Add("state", "waits for a thread");
            part.Add("for", Since(job.InLineSince));
        }
    }
}
