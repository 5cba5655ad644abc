using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Calls once when a time has passed, however long, unless it is disposed before.</summary>
internal sealed class LongTimer : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Action _due;
    private TimeSpan _left;
    private ITimer? _timer;
    private int _over;

    public LongTimer(TimeSpan delay, TimeProvider clock, Action due)
    {
        DelayedQueue.Validate(delay);
        _left = delay;
        _clock = clock;
        _due = due;
    }

    /// <summary>Starts the time.</summary>
    public void Start()
    {
        // Made first and started afterwards: a timer that is due at once would find no timer to dispose.
        var timer = _clock.CreateTimer(static self => ((LongTimer)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _timer, timer);
        Sleep(timer);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _over, 1);
        Volatile.Read(ref _timer)?.Dispose();
    }

    private void Sleep(ITimer timer)
    {
        var next = _left > LongWait.LongestPiece ? LongWait.LongestPiece : _left;
        _left -= next;
        if (Volatile.Read(ref _over) == 0)
        {
            timer.Change(next, Timeout.InfiniteTimeSpan);
        }

        // Whoever disposes meanwhile may have come before the change, or before there was a timer.
        if (Volatile.Read(ref _over) != 0)
        {
            timer.Dispose();
        }
    }

    private void OnTick()
    {
        if (_left > TimeSpan.Zero)
        {
            Sleep(_timer!);
        }
        else if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            _timer!.Dispose();
            _due();
        }
    }
}
