using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>One timer for many expiries: armed for the earliest.</summary>
/// <remarks>Times count from the making of this object. The clock is foreign code and is never called with the gate held; one thread at a time arms.</remarks>
internal sealed class ExpiryTimer : WaiterOwner, IDisposable
{
    // Timers have a longest time; one that fires early finds nothing expired and is armed again.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    // They cut off what is below a millisecond, and would fire early again and again.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Func<TimeSpan, TimeSpan> _expire;
    private readonly ITimer _timer;
    private TimeSpan _due = TimeSpan.MaxValue;
    private bool _isArming;
    private int _version;
    private volatile bool _isDisposed;

    /// <summary>Makes a timer that is not armed.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="expire">Receives the present time, sees to what has expired, and returns when the next will; <see cref="TimeSpan.MaxValue"/> for never.</param>
    public ExpiryTimer(TimeProvider clock, Func<TimeSpan, TimeSpan> expire)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _expire = expire;
        _timer = clock.CreateTimer(static timer => ((ExpiryTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since this object was made.</summary>
    public TimeSpan Now => _clock.GetElapsedTime(_start);

    /// <summary>Has the timer fire at that time at the latest.</summary>
    public void ArmFor(TimeSpan due)
    {
        Enter();
        var arms = due < _due && !_isArming;
        if (due < _due)
        {
            _due = due;
            _version++;
            _isArming = true;
        }

        Exit();
        if (arms)
        {
            Arm();
        }
    }

    /// <summary>Stops the timer; an expiry that has begun goes on.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
    }

    protected override void AssertInvariants()
    {
    }

    private void Arm()
    {
        for (var armed = -1; ;)
        {
            Enter();
            var due = _due;
            var version = _version;
            _isArming = version != armed;
            Exit();
            if (version == armed)
            {
                return;
            }

            _timer.Change(WaitFor(due), Timeout.InfiniteTimeSpan);
            armed = version;
            if (_isDisposed)
            {
                // Disposed between the reading and the change: the clock may be one whose timers come to life again.
                _timer.Dispose();
            }
        }
    }

    private TimeSpan WaitFor(TimeSpan due)
    {
        if (due == TimeSpan.MaxValue)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var wait = due - Now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < s_shortest ? s_shortest : wait < s_longest ? wait : s_longest;
    }

    private void Fire()
    {
        Enter();
        _due = TimeSpan.MaxValue;
        _version++;
        Exit();
        ArmFor(_expire(Now));
    }
}
