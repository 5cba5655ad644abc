using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The timers of one loop, and what tells the loop how long it may sleep.</summary>
internal sealed class LoopTimers(Executor executor, Action wake)
{
    private readonly DueQueue _queue = new();
    private readonly TimeProvider _clock = TimeProvider.System;
    private SpinGate _gate;
    private volatile int _count;
    private bool _closed;

    /// <summary>Whether there are any.</summary>
    public bool Any => _count != 0;

    public int Count => _count;

    /// <summary>Whose loop it is.</summary>
    public Executor Executor => executor;

    public ITimer Create(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        LoopTimer.Validate(dueTime, period);
        var timer = new HeapTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Sets when a timer fires.</summary>
    /// <returns>False if the loop has ended.</returns>
    public bool Schedule(HeapTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        bool isFirst;
        using (_gate.EnterScope())
        {
            if (_closed)
            {
                return false;
            }

            _queue.Remove(timer);
            timer.Period = period <= TimeSpan.Zero ? 0 : ToTimestamp(period);
            if (dueTime != Timeout.InfiniteTimeSpan && !timer.IsDisposed)
            {
                _queue.Add(timer, _clock.GetTimestamp() + ToTimestamp(dueTime));
            }

            _count = _queue.Count;
            isFirst = ReferenceEquals(_queue.First, timer);
        }

        if (isFirst && !executor.IsCurrent)
        {
            wake();
        }

        return true;
    }

    public void Remove(HeapTimer timer)
    {
        using (_gate.EnterScope())
        {
            _queue.Remove(timer);
            _count = _queue.Count;
        }
    }

    /// <summary>Takes one timer that is due.</summary>
    public bool TryTakeDue(long now, out LoopTimer timer)
    {
        using (_gate.EnterScope())
        {
            if (_queue.First is not HeapTimer first || first.Due > now)
            {
                timer = null!;
                return false;
            }

            _queue.Remove(first);
            if (first.Period > 0)
            {
                var late = now - first.Due;
                _queue.Add(first, first.Due + (((late / first.Period) + 1) * first.Period));
            }

            _count = _queue.Count;
            timer = first;
            return true;
        }
    }

    public long Now() => _clock.GetTimestamp();

    /// <summary>How long the loop may sleep: -1 for ever, 0 not at all.</summary>
    public int MillisecondsToNext()
    {
        if (!Any)
        {
            return -1;
        }

        using (_gate.EnterScope())
        {
            if (_queue.First is not { } first)
            {
                return -1;
            }

            var left = first.Due - _clock.GetTimestamp();

            // Rounded up: waking early would only mean to sleep again.
            return left <= 0 ? 0 : (int)Math.Min(((left * 1000) + _clock.TimestampFrequency - 1) / _clock.TimestampFrequency, int.MaxValue);
        }
    }

    /// <summary>The loop has ended: what is left is kept by the system's timers.</summary>
    public void Close()
    {
        while (true)
        {
            HeapTimer left;
            TimeSpan due;
            using (_gate.EnterScope())
            {
                _closed = true;
                if (_queue.First is not HeapTimer first)
                {
                    _count = 0;
                    return;
                }

                _queue.Remove(first);
                left = first;
                due = _clock.GetElapsedTime(0, Math.Max(0, first.Due - _clock.GetTimestamp()));
            }

            var period = left.Period == 0 ? Timeout.InfiniteTimeSpan : _clock.GetElapsedTime(0, left.Period);
            left.ContinueWithoutLoop(due, period);
        }
    }

    private long ToTimestamp(TimeSpan span) => (long)(span.TotalSeconds * _clock.TimestampFrequency);
}
