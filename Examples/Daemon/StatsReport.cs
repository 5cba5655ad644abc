using Concurrency.Http;
using Concurrency.Services.Components;
using Concurrency.Sources.Udp;

namespace Concurrency.Examples.Daemon;

/// <summary>What <c>GET /stats</c> answers: every component with its source and channel, and every executor.</summary>
internal sealed record StatsReport(IReadOnlyList<ComponentReport> Components, IReadOnlyList<ExecutorReport> Executors)
{
    public required HttpStatistics Http { get; init; }

    public required UdpStatistics Udp { get; init; }

    public static StatsReport Of(ComponentHost host, HttpSource? http, UdpSource? udp) => new(
        [.. host.Components.Select(ComponentReport.Of)],
        [.. host.Executors.Select(static e => new ExecutorReport(e.Name, e.Kind.ToString(), e.Statistics))])
    {
        Http = http?.HttpStatistics ?? default,
        Udp = udp?.UdpStatistics ?? default,
    };
}
