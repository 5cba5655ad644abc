using System.Globalization;

namespace Concurrency.Execution;

/// <summary>The work that an executor is to start later, by due time, first in first out among equals; one timer serves it all.</summary>
internal sealed class DelayedQueue(Executor executor)
{
    private static readonly TimeSpan s_shortestSleep = TimeSpan.FromMilliseconds(1);

    private readonly QuietLock _gate = new();
    private readonly DueQueue _queue = new();
    private ITimer? _timer;
    private int _count;
    private int _watchesEnd;
    private bool _arming;
    private bool _armAgain;
    private bool _delivering;

    /// <summary>How much work waits for its time.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Refuses a delay that cannot be meant.</summary>
    public static void Validate(TimeSpan delay)
    {
        if (delay < TimeSpan.Zero || delay > LongWait.Longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(delay),
                delay,
                string.Create(CultureInfo.InvariantCulture, $"The delay was {delay}. Give a time from 0 (as soon as possible) to {LongWait.Longest.Days} days."));
        }
    }

    /// <summary>Keeps work until its time.</summary>
    /// <returns>False if the executor takes no new work.</returns>
    public bool TryAdd(DelayedStart start, TimeSpan delay)
    {
        var due = DueAfter(delay);
        bool isFirst;
        using (_gate.EnterScope())
        {
            if (executor.IsClosing)
            {
                return false;
            }

            _queue.Add(start, due);
            _count = _queue.Count;
            isFirst = ReferenceEquals(_queue.First, start);
        }

        if (Interlocked.Exchange(ref _watchesEnd, 1) == 0)
        {
            _ = executor.Stopping.UnsafeRegister(static self => ((DelayedQueue)self!).WithdrawAll(), this);
        }

        if (isFirst)
        {
            Arm();
        }

        return true;
    }

    public bool Contains(DelayedStart start)
    {
        using (_gate.EnterScope())
        {
            return start.IsQueued;
        }
    }

    /// <summary>Takes work out that shall not start; its memory is free at once.</summary>
    public bool TryRemove(DelayedStart start)
    {
        using (_gate.EnterScope())
        {
            if (!start.IsQueued)
            {
                return false;
            }

            _queue.Remove(start);
            _count = _queue.Count;
            return true;
        }
    }

    /// <summary>Ends what waits; the executor takes nothing new already.</summary>
    public void WithdrawAll()
    {
        var waiting = new List<DelayedStart>();
        using (_gate.EnterScope())
        {
            while (TryTakeLocked(long.MaxValue, out var start))
            {
                waiting.Add(start);
            }
        }

        // The timer first: the executor may end with the last of them.
        Arm();
        foreach (var start in waiting)
        {
            start.Withdraw();
        }
    }

    private long DueAfter(TimeSpan delay)
    {
        var clock = executor.TimeProvider;
        return clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency);
    }

    private bool TryTakeLocked(long now, out DelayedStart start)
    {
        if (_queue.First is not DelayedStart first || first.Due > now)
        {
            start = null!;
            return false;
        }

        _queue.Remove(first);
        _count = _queue.Count;
        start = first;
        return true;
    }

    private void Fire()
    {
        using (_gate.EnterScope())
        {
            if (_delivering)
            {
                // Whoever delivers looks once more: the order is kept.
                return;
            }

            _delivering = true;
        }

        while (TryTakeOrEnd(executor.TimeProvider.GetTimestamp(), out var start))
        {
            start.Deliver();
        }

        Arm();
    }

    private bool TryTakeOrEnd(long now, out DelayedStart start)
    {
        using (_gate.EnterScope())
        {
            return _delivering = TryTakeLocked(now, out start);
        }
    }

    /// <summary>Sets the timer for the first; never two threads at a time, and never under the lock: the clock may be anybody's.</summary>
    private void Arm()
    {
        using (_gate.EnterScope())
        {
            _armAgain = true;
            if (_arming)
            {
                return;
            }

            _arming = true;
        }

        while (TryReadFirst(out var left))
        {
            if (left == TimeSpan.Zero)
            {
                // Due already: a clock that stands still would never tick for it.
                executor.Resume(new ExecutorWork((Action<object?>)(static self => ((DelayedQueue)self!).Fire()), this));
                continue;
            }

            _timer ??= CreateTimer();
            _timer.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryReadFirst(out TimeSpan left)
    {
        left = Timeout.InfiniteTimeSpan;
        var clock = executor.TimeProvider;
        var now = clock.GetTimestamp();
        using (_gate.EnterScope())
        {
            if (!_armAgain)
            {
                return _arming = false;
            }

            _armAgain = false;
            if (_queue.First is { } first)
            {
                left = ToSleep(clock.GetElapsedTime(now, first.Due));
            }

            return true;
        }
    }

    private static TimeSpan ToSleep(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        // Timers of .NET cut off what is below a millisecond and would tick early, again and again.
        return left < s_shortestSleep ? s_shortestSleep : left > LongWait.LongestPiece ? LongWait.LongestPiece : left;
    }

    private ITimer CreateTimer()
    {
        // The timer outlives the caller, whose AsyncLocal values it must not keep.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return executor.TimeProvider.CreateTimer(
            static self => ((DelayedQueue)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
