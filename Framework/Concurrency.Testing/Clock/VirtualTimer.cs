using System.Reactive.Concurrency;

namespace Concurrency.Testing.Clock;

/// <summary>A timer of a <see cref="VirtualClock"/>; fires at its own due time, once per period.</summary>
internal sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state, ExecutionContext? context)
    : ITimer, IScheduledItem<long>
{
    private static readonly ContextCallback s_fire = static self => ((VirtualTimer)self!).Call();

    private long _period;
    private bool _disposed;

    /// <summary>When it is due, in nanoseconds of the clock.</summary>
    public long DueTime { get; private set; }

    /// <summary>The place in the heap, or -1.</summary>
    public int Position { get; set; } = -1;

    /// <summary>Tells timers of the same due time apart.</summary>
    public long Order { get; set; }

    /// <summary>Tells one arming from the next, so that a turn which was queued for the last one does not fire the next.</summary>
    public int Arming { get; private set; }

    /// <summary>What had happened when it was armed.</summary>
    public object? Stamp { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ClockTime.Validate(dueTime, period);
        clock.Changed?.Invoke(this);
        lock (clock.Gate)
        {
            if (_disposed)
            {
                return false;
            }

            Disarm();
            _period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? 0 : ClockTime.Nanoseconds(period);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Arm(checked(clock.Now + ClockTime.Nanoseconds(dueTime)));
            }

            return true;
        }
    }

    /// <summary>Runs the callback, on the calling thread; the clock has been set to the due time, or is past it.</summary>
    public void Invoke()
    {
        lock (clock.Gate)
        {
            if (Position >= 0)
            {
                clock.Timers.Remove(this);
            }

            if (_disposed)
            {
                return;
            }

            if (_period > 0)
            {
                // From the due time, not from now: a late tick does not move those after it.
                Arm(DueTime + _period);
            }
        }

        clock.OnFiring(this);
        if (context is null)
        {
            Call();
        }
        else
        {
            ExecutionContext.Run(context, s_fire, this);
        }
    }

    public void Dispose()
    {
        clock.Changed?.Invoke(this);
        lock (clock.Gate)
        {
            _disposed = true;
            Disarm();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Call() => callback(state);

    private void Arm(long due)
    {
        DueTime = due;
        Arming++;
        clock.Timers.Add(this);
        clock.OnArmed(this);
    }

    private void Disarm()
    {
        Arming++;
        if (Position >= 0)
        {
            clock.Timers.Remove(this);
        }
    }
}
