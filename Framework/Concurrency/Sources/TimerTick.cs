using System.Diagnostics;

namespace Concurrency.Sources;

/// <summary>One tick of a <see cref="TimerSource"/>.</summary>
public readonly record struct TimerTick : ISourceEvent
{
    /// <inheritdoc/>
    public required long Timestamp { get; init; }

    /// <inheritdoc/>
    public ActivityContext TraceContext { get; init; }

    /// <summary>Counts periods since the start: 1 for the first tick. A merged tick has the number of the last one it stands for.</summary>
    public required long Number { get; init; }

    /// <summary>How many ticks this one stands for; more than 1 only with <see cref="MissedTickPolicy.Merge"/>.</summary>
    public required long Count { get; init; }
}
