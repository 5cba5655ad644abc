using Concurrency.Patterns;

namespace Concurrency.Examples.Daemon;

/// <summary>What a component's handler has done; latencies are from the event to its handler, in microseconds.</summary>
internal sealed record HandlerReport(long Handled, long Failed, int Running, long Restarts)
{
    public double? LatencyP50Microseconds { get; init; }

    public double? LatencyP99Microseconds { get; init; }

    public static HandlerReport Of(ComponentStatistics statistics) =>
        new(statistics.Handled, statistics.Failed, statistics.Running, statistics.Restarts)
        {
            LatencyP50Microseconds = statistics.LatencyMedian?.TotalMicroseconds,
            LatencyP99Microseconds = statistics.Latency99?.TotalMicroseconds,
        };
}
