using Concurrency.Patterns;
using Concurrency.Sources;

namespace Concurrency.Examples.Daemon;

/// <summary>One component, its source, its channel and its handler.</summary>
internal sealed record ComponentReport
{
    public required string Name { get; init; }

    public required string Executor { get; init; }

    public required string State { get; init; }

    public required SourceStatistics Source { get; init; }

    public required ChannelReport? Channel { get; init; }

    public required HandlerReport Handler { get; init; }

    public static ComponentReport Of(Component component)
    {
        var statistics = component.Statistics;
        return new ComponentReport
        {
            Name = component.Name,
            Executor = component.Executor.ToString(),
            State = component.State.ToString(),
            Source = statistics.Source,
            Channel = statistics.Channel is { } channel ? ChannelReport.Of(channel) : null,
            Handler = HandlerReport.Of(statistics),
        };
    }
}
