namespace Concurrency.Time;

/// <summary>Measures how long something takes, on the clock of a <see cref="TimeProvider"/>, with pauses, splits and an optional limit.</summary>
/// <remarks>Setting the time of day does not disturb it. Not safe for several threads at a time.</remarks>
public sealed class TimeWatch
{
    private readonly TimeProvider _clock;
    private readonly List<TimeSpan> _splits = [];
    private readonly TimeSpan _limit;
    private TimeSpan _before;
    private long _start;

    /// <summary>Makes a watch that does not run.</summary>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <param name="limit">How long it may take, zero or more; null for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public TimeWatch(TimeProvider? clock = null, TimeSpan? limit = null)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A watch cannot have a limit of {limit}. Use zero or more, or null for none.");
        }

        _clock = clock ?? TimeProvider.System;
        _limit = limit ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>Whether the watch was ever started.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Whether the watch runs.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The time that has passed while the watch ran.</summary>
    public TimeSpan Elapsed => IsRunning ? _before + _clock.GetElapsedTime(_start) : _before;

    /// <summary>Whether more than the limit has passed; never without a limit.</summary>
    public bool IsExpired => _limit != Timeout.InfiniteTimeSpan && Elapsed > _limit;

    /// <summary>The time left of the limit: zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> without one.</summary>
    public TimeSpan Leftover => _limit == Timeout.InfiniteTimeSpan ? _limit : TimeSpan.FromTicks(Math.Max(0, (_limit - Elapsed).Ticks));

    /// <summary>What each <see cref="Split"/> has read, in their order.</summary>
    public IReadOnlyList<TimeSpan> Splits => _splits;

    /// <summary>Makes a watch that runs.</summary>
    /// <inheritdoc cref="TimeWatch(TimeProvider?, TimeSpan?)"/>
    public static TimeWatch StartNew(TimeProvider? clock = null, TimeSpan? limit = null)
    {
        var watch = new TimeWatch(clock, limit);
        watch.Start();
        return watch;
    }

    /// <summary>Starts from zero; nothing happens if the watch runs.</summary>
    public void Start()
    {
        if (!IsRunning)
        {
            Restart();
        }
    }

    /// <summary>Starts from zero, without splits, whether the watch runs or not.</summary>
    public void Restart()
    {
        _before = TimeSpan.Zero;
        _splits.Clear();
        Run();
    }

    /// <summary>Goes on after a stop.</summary>
    /// <exception cref="InvalidOperationException">The watch was not stopped.</exception>
    public void Resume()
    {
        if (!HasStarted || IsRunning)
        {
            throw new InvalidOperationException($"The watch cannot go on: it {(IsRunning ? "runs" : "was never started")}. Stop it first.");
        }

        Run();
    }

    /// <summary>Stops; nothing happens if the watch was stopped.</summary>
    /// <returns>The time that has passed while the watch ran.</returns>
    /// <exception cref="InvalidOperationException">The watch was never started.</exception>
    public TimeSpan Stop()
    {
        if (!HasStarted)
        {
            throw new InvalidOperationException("The watch cannot be stopped: it was never started. Start it first.");
        }

        _before = Elapsed;
        IsRunning = false;
        return _before;
    }

    /// <summary>Reads and remembers the time while the watch goes on.</summary>
    /// <returns>The time that has passed while the watch ran.</returns>
    /// <exception cref="InvalidOperationException">The watch does not run.</exception>
    public TimeSpan Split()
    {
        if (!IsRunning)
        {
            throw new InvalidOperationException($"The watch has nothing to split: it {(HasStarted ? "was stopped" : "was never started")}. Start it first.");
        }

        _splits.Add(Elapsed);
        return _splits[^1];
    }

    /// <summary>The time that has passed while the watch ran, but not more than given.</summary>
    /// <param name="maximum">Zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is negative.</exception>
    public TimeSpan ElapsedUpTo(TimeSpan maximum)
    {
        if (maximum < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"The time that has passed cannot be at most {maximum}. Use zero or more.");
        }

        return Elapsed is var elapsed && elapsed < maximum ? elapsed : maximum;
    }

    private void Run()
    {
        _start = _clock.GetTimestamp();
        HasStarted = true;
        IsRunning = true;
    }
}
