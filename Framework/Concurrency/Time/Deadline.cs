namespace Concurrency.Time;

/// <summary>A moment on a clock by which something has to be done, shared by all its steps.</summary>
/// <remarks>Measured on the monotonic clock of a <see cref="TimeProvider"/>: setting the time of day does not move it.</remarks>
public readonly record struct Deadline
{
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _limit;

    private Deadline(TimeProvider clock, long start, TimeSpan limit)
    {
        _clock = clock;
        _start = start;
        _limit = limit;
    }

    /// <summary>Whether this is a deadline that never comes.</summary>
    public bool IsInfinite => _clock is null || _limit == Timeout.InfiniteTimeSpan;

    /// <summary>The time left: zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> when it never comes.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (IsInfinite)
            {
                return Timeout.InfiniteTimeSpan;
            }

            var left = _limit - _clock.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the deadline has passed.</summary>
    public bool HasPassed => !IsInfinite && Remaining == TimeSpan.Zero;

    /// <summary>Makes the deadline that comes after a time from now.</summary>
    /// <param name="limit">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="clock">The clock to measure on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public static Deadline After(TimeSpan limit, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit,
                $"A deadline cannot lie {limit} ahead. Use zero or more, or Timeout.InfiniteTimeSpan for none.");
        }

        return new Deadline(clock, clock.GetTimestamp(), limit);
    }
}
