using Concurrency.Services.Components;

namespace Concurrency.Examples.Daemon;

/// <summary>What <c>GET /stats</c> answers: every component with its source and channel, and every executor.</summary>
internal sealed record StatsReport(IReadOnlyList<ComponentReport> Components, IReadOnlyList<ExecutorReport> Executors)
{
    public static StatsReport Of(ComponentHost host) => new(
        [.. host.Components.Select(ComponentReport.Of)],
        [.. host.Executors.Select(static e => new ExecutorReport(e.Name, e.Kind.ToString(), e.Statistics))]);
}
