using Concurrency.Channels;
using Concurrency.Sources;

namespace Concurrency.Patterns;

/// <summary>A snapshot of what a <see cref="Component"/> and its source have done.</summary>
/// <remarks>Once the component was disposed: <c>Source.Published = Handled + Source.Dropped + Source.Undelivered</c>.</remarks>
public readonly record struct ComponentStatistics
{
    /// <summary>Events whose handler has ended, in success, failure or cancellation.</summary>
    public long Handled { get; init; }

    /// <summary>Events whose handler threw.</summary>
    public long Failed { get; init; }

    /// <summary>Handlers that run now.</summary>
    public int Running { get; init; }

    /// <summary>How often the component went on after a failure under <see cref="ComponentErrorPolicy.Restart"/>.</summary>
    public long Restarts { get; init; }

    /// <summary>The time from an event to its handler that half of the events did not exceed; null before the first event with a timestamp.</summary>
    public TimeSpan? LatencyMedian { get; init; }

    /// <summary>The time from an event to its handler that 99 % of the events did not exceed; null before the first event with a timestamp.</summary>
    public TimeSpan? Latency99 { get; init; }

    /// <summary>What the source has seen and published; over all sources if the component made its source anew.</summary>
    public SourceStatistics Source { get; init; }

    /// <summary>The channel between source and handler; null when it is not a <see cref="BoundedChannel{T}"/>, and before the start.</summary>
    public ChannelStatistics? Channel { get; init; }
}
