namespace Concurrency.Sources;

/// <summary>When a <see cref="TimerSource"/> ticks and what happens to missed ticks.</summary>
/// <remarks><see cref="SourceOptions.Capacity"/> bounds the waiting ticks of <see cref="MissedTickPolicy.CatchUp"/> and
/// <see cref="MissedTickPolicy.Skip"/>; merging needs room for one.</remarks>
public sealed record TimerSourceOptions : SourceOptions
{
    /// <summary>Makes options for a period.</summary>
    /// <param name="period">At least 1 ms, at most <see cref="uint.MaxValue"/> − 1 milliseconds (about 49 days): the range of .NET timers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is out of range.</exception>
    public TimerSourceOptions(TimeSpan period)
    {
        if (period < TimeSpan.FromMilliseconds(1) || period.TotalMilliseconds >= uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period,
                $"A timer cannot tick every {period}. Use a period of 1 ms or more and below 49 days: .NET timers have no finer grain.");
        }

        Period = period;
    }

    /// <summary>The time between two ticks, counted from the start: ticks do not drift.</summary>
    public TimeSpan Period { get; }

    /// <summary>What happens to ticks that came due while the source could not publish them. The default is <see cref="MissedTickPolicy.Merge"/>.</summary>
    public MissedTickPolicy MissedTicks { get; init; } = MissedTickPolicy.Merge;
}
