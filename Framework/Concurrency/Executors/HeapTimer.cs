using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>A timer in the heap of a loop.</summary>
internal sealed class HeapTimer(LoopTimers timers, TimerCallback callback, object? state)
    : LoopTimer(callback, state)
{
    private ITimer? _afterEnd;

    /// <summary>The time between ticks in timestamp units, or 0.</summary>
    public long Period { get; set; }

    protected override Executor Executor => timers.Executor;

    public override bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, period);
        if (IsDisposed)
        {
            return false;
        }

        if (!timers.Schedule(this, dueTime, period))
        {
            ContinueWithoutLoop(dueTime, period);
        }

        return true;
    }

    /// <summary>The loop has ended: code that still runs elsewhere must not wait for ever for its timers.</summary>
    public void ContinueWithoutLoop(TimeSpan dueTime, TimeSpan period)
    {
        using (Gate.EnterScope())
        {
            if (IsDisposed)
            {
                return;
            }

            if (_afterEnd is null)
            {
                _afterEnd = TimeProvider.System.CreateTimer(static self => ((HeapTimer)self!).FireWithoutLoop(), this, dueTime, period);
                return;
            }
        }

        _afterEnd.Change(dueTime, period);
    }

    protected override void Stop()
    {
        timers.Remove(this);
        ITimer? afterEnd;
        using (Gate.EnterScope())
        {
            afterEnd = _afterEnd;
        }

        afterEnd?.Dispose();
    }

    private void FireWithoutLoop()
    {
        if (TryQueue())
        {
            ((IThreadPoolWorkItem)this).Execute();
        }
    }
}
