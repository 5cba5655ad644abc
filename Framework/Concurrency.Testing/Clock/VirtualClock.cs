using System.Reactive.Concurrency;

namespace Concurrency.Testing.Clock;

/// <summary>A clock that goes only when it is told to, so that a year passes in seconds and every timer fires at its own time.</summary>
/// <remarks>
/// <para>A step over several timers fires each at its due time, in the order of due times, equal ones in the order of their arming:
/// a callback sees its own time, and a timer that arms itself again misses no tick. Within a simulation equal due times are a choice
/// of the schedule, and the clock goes by itself: a little with each step, and to the next timer when nothing else can happen.</para>
/// <para>Timers can be made and changed from any thread; the members that advance the clock are for one thread at a time.</para>
/// </remarks>
public sealed class VirtualClock : TimeProvider
{
    private ClockScheduler? _scheduler;
    private bool _advancing;
    private long _now;
    private long _offset;

    /// <summary>Makes a clock that stands at the beginning of the year 2000, UTC.</summary>
    public VirtualClock()
        : this(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows first.</param>
    public VirtualClock(DateTimeOffset start)
    {
        Start = start;
    }

    /// <summary>What the clock showed first.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How long the clock has gone since its start; jumps of the shown time do not count.</summary>
    public TimeSpan Elapsed => ClockTime.Span(Now);

    /// <summary>How many timers wait for their time.</summary>
    public int PendingTimers
    {
        get
        {
            lock (Gate)
            {
                return Timers.Count;
            }
        }
    }

    /// <summary>When the next timer is due, counted from the start; null when none waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (Gate)
            {
                return Timers.First is { } first ? ClockTime.Span(first.DueTime) : null;
            }
        }
    }

    /// <summary>The clock for operators of System.Reactive: they share its timers.</summary>
    public IScheduler Scheduler => Virtual;

    /// <summary>Nanosecond steps.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    internal Lock Gate { get; } = new();

    internal DueTimers Timers { get; } = new();

    // Made when it is asked for: its base class begins with a large queue of its own.
    private ClockScheduler Virtual
    {
        get
        {
            if (_scheduler is null)
            {
                var scheduler = new ClockScheduler(this);
                scheduler.MoveTo(_now);
                _scheduler = scheduler;
            }

            return _scheduler;
        }
    }

    /// <summary>Told of each firing, before the callback.</summary>
    internal Action<VirtualTimer>? Fires { get; set; }

    /// <summary>Nanoseconds since the start.</summary>
    internal long Now => _scheduler is { } scheduler ? scheduler.Clock : _now;

    /// <summary>Told of each arming, so that a simulation which waits for nothing else sees it.</summary>
    internal Action<VirtualTimer>? Armed { get; set; }

    /// <summary>Told of each change of a timer, before it is made.</summary>
    internal Action<VirtualTimer>? Changed { get; set; }

    /// <inheritdoc/>
    public override long GetTimestamp() => Now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + ClockTime.Span(Now + Volatile.Read(ref _offset));

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state, ExecutionContext.Capture());
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass and fires what comes due, each at its own time, on the calling thread.</summary>
    /// <param name="time">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">A callback of a timer advances the clock that fires it.</exception>
    public void AdvanceBy(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        Advance(checked(Now + ClockTime.Nanoseconds(time)));
    }

    /// <summary>Lets time pass up to a moment and fires what comes due, each at its own time, on the calling thread.</summary>
    /// <param name="elapsed">Counted from the start; not before <see cref="Elapsed"/>.</param>
    /// <inheritdoc cref="AdvanceBy(TimeSpan)"/>
    public void AdvanceTo(TimeSpan elapsed)
    {
        if (ClockTime.Nanoseconds(elapsed) < Now)
        {
            throw new ArgumentOutOfRangeException(nameof(elapsed), elapsed, $"The clock stands at {Elapsed} and goes only forwards. Use Jump to change the time that it shows.");
        }

        Advance(ClockTime.Nanoseconds(elapsed));
    }

    /// <summary>Fires timers in the order of their due times until none is left or a time has passed.</summary>
    /// <param name="atMost">The longest time to pass: a periodic timer would go on for ever.</param>
    /// <returns>Whether no timer is left.</returns>
    public bool RunUntilIdle(TimeSpan atMost)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, TimeSpan.Zero);
        var end = checked(Now + ClockTime.Nanoseconds(atMost));
        while (true)
        {
            long due;
            lock (Gate)
            {
                if (Timers.First is not { } first)
                {
                    return true;
                }

                due = first.DueTime;
            }

            if (due > end)
            {
                return false;
            }

            Advance(Math.Max(due, Now));
        }
    }

    /// <summary>Changes the shown time at once, as an administrator or a time server does; timers and timestamps do not see it.</summary>
    /// <param name="by">Forwards or, when negative, backwards.</param>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks * ClockTime.NanosecondsPerTick);

    /// <summary>Lets time pass in which nothing runs, as when a machine sleeps: all timers that came due meanwhile fire late, at the next step.</summary>
    /// <param name="time">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is negative.</exception>
    public void Suspend(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        MoveTo(checked(Now + ClockTime.Nanoseconds(time)));
    }

    /// <summary>Makes the clock of one node: it goes faster or slower than this one, or shows another time.</summary>
    /// <param name="rate">How far it goes while this one goes one second: from 0.1 to 10; 1 is exact.</param>
    /// <param name="ahead">How far it shows ahead of this one, or behind when negative.</param>
    public NodeClock CreateNode(double rate = 1, TimeSpan ahead = default) => new(this, rate, ahead);

    /// <inheritdoc/>
    public override string ToString() => $"virtual clock at {Elapsed} with {PendingTimers} timers";

    private void Advance(long to)
    {
        if (_advancing)
        {
            throw new InvalidOperationException("A callback of a timer advances the clock that fires it. Arm a timer, or advance after the callback has returned.");
        }

        _advancing = true;
        try
        {
            while (NextUntil(to) is { } next)
            {
                MoveTo(Math.Max(Now, next.DueTime));
                next.Invoke();
            }

            MoveTo(Math.Max(Now, to));
        }
        finally
        {
            _advancing = false;
        }
    }

    private VirtualTimer? NextUntil(long to)
    {
        lock (Gate)
        {
            return Timers.First is { } first && first.DueTime <= to ? first : null;
        }
    }

    internal void MoveTo(long now)
    {
        _now = now;
        _scheduler?.MoveTo(now);
    }

    internal void OnArmed(VirtualTimer timer) => Armed?.Invoke(timer);

    internal void OnFiring(VirtualTimer timer) => Fires?.Invoke(timer);
}
