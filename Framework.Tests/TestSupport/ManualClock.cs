namespace Concurrency.TestSupport;

/// <summary>A clock that stands still until a test moves it; timers fire on the moving thread, in the order of their due times.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private long _now;
    private long _sequence;

    /// <summary>How many timers are armed.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time, stopping at each due time on the way.</summary>
    public void Advance(TimeSpan time)
    {
        var end = GetTimestamp() + time.Ticks;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        Volatile.Write(ref _now, end);
    }

    /// <summary>Jumps without stopping on the way: every timer that came due fires at the end.</summary>
    public void Jump(TimeSpan time)
    {
        Volatile.Write(ref _now, GetTimestamp() + time.Ticks);
        Advance(TimeSpan.Zero);
    }

    /// <summary>Completes when that many timers are armed: the code under test has reached its wait.</summary>
    public Task TimersArmed(int count)
    {
        lock (_gate)
        {
            if (_timers.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((count, reached));
            return reached.Task;
        }
    }

    private ManualTimer? TakeDue(long end)
    {
        lock (_gate)
        {
            var next = _timers.Where(t => t.Due <= end).OrderBy(t => t.Due).ThenBy(t => t.Sequence).FirstOrDefault();
            if (next is null)
            {
                return null;
            }

            Volatile.Write(ref _now, Math.Max(_now, next.Due));
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                next.Due += next.Period.Ticks;
                next.Sequence = _sequence++;
                _timers.Add(next);
            }

            return next;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (dueTime < TimeSpan.Zero)
            {
                return;
            }

            timer.Due = _now + dueTime.Ticks;
            timer.Period = period;
            timer.Sequence = _sequence++;
            _timers.Add(timer);
            foreach (var wait in _waits.Where(w => w.Count <= _timers.Count).ToArray())
            {
                _waits.Remove(wait);
                wait.Reached.SetResult();
            }
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Sequence { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Arm(this, dueTime, period);
            return true;
        }

        public void Dispose() => clock.Arm(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
