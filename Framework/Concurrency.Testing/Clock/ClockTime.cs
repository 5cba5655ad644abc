namespace Concurrency.Testing.Clock;

/// <summary>Times as a <see cref="VirtualClock"/> counts them: nanoseconds since its start.</summary>
internal static class ClockTime
{
    public const long NanosecondsPerTick = 1_000_000_000 / TimeSpan.TicksPerSecond;

    /// <summary>The longest time that a clock can go, two hundred years.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(73_000);

    public static long Nanoseconds(TimeSpan time) => Math.Min(time.Ticks, Longest.Ticks) * NanosecondsPerTick;

    public static TimeSpan Span(long nanoseconds) => new(nanoseconds / NanosecondsPerTick);

    public static void Validate(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
    }
}
