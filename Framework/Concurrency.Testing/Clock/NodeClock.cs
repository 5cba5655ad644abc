namespace Concurrency.Testing.Clock;

/// <summary>The clock of one node of a simulation: it has its own rate and its own idea of the time, but no time of its own.</summary>
/// <remarks>
/// A timer of one second fires after 1/rate seconds of the <see cref="VirtualClock"/>. Timestamps go at the node's rate; a jump
/// changes only what <see cref="GetUtcNow"/> shows, as when an administrator sets the time. Thread-safe as the virtual clock is.
/// </remarks>
public sealed class NodeClock : TimeProvider
{
    private readonly VirtualClock _clock;
    private readonly long _origin;
    private long _ahead;

    internal NodeClock(VirtualClock clock, double rate, TimeSpan ahead)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(double.IsFinite(rate), true, nameof(rate));
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 0.1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 10);
        _clock = clock;
        _origin = clock.Now;
        _ahead = ahead.Ticks;
        Rate = rate;
    }

    /// <summary>How far it goes while the virtual clock goes one second.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    /// <inheritdoc/>
    public override long GetTimestamp() => _origin + (long)((_clock.Now - _origin) * Rate);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var drift = ClockTime.Span(GetTimestamp() - _clock.Now);
        return _clock.GetUtcNow() + drift + new TimeSpan(Volatile.Read(ref _ahead));
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NodeTimer(this, _clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Changes the shown time at once; timers and timestamps do not see it.</summary>
    /// <param name="by">Forwards or, when negative, backwards.</param>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    /// <inheritdoc/>
    public override string ToString() => $"node clock at rate {Rate}";

    /// <summary>A time of this node in the time of the virtual clock.</summary>
    internal TimeSpan Real(TimeSpan time) => time <= TimeSpan.Zero || Rate == 1 ? time : new TimeSpan(Math.Max(1, (long)(time.Ticks / Rate)));
}
