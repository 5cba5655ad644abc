namespace Concurrency.Scopes;

/// <summary>Calls once when a time has passed, unless it is disposed before.</summary>
internal sealed class SpawnTimer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _delay;
    private readonly TimeProvider _clock;
    private readonly Action _due;
    private ITimer? _timer;
    private bool _disposed;

    public SpawnTimer(TimeSpan delay, TimeProvider clock, Action due)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(delay), delay, $"Nothing can start {delay} from now. Use zero or more.");
        }

        _delay = delay;
        _clock = clock;
        _due = due;
    }

    /// <summary>Starts the time.</summary>
    public void Start()
    {
        // Made first and started afterwards: a timer that is due at once would find no timer to dispose.
        var timer = _clock.CreateTimer(static self => ((SpawnTimer)self!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _timer = timer;
            if (!_disposed)
            {
                timer.Change(_delay, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        timer.Dispose();
    }

    public void Dispose()
    {
        ITimer? timer;
        lock (_gate)
        {
            _disposed = true;
            timer = _timer;
        }

        timer?.Dispose();
    }

    private void OnDue()
    {
        Dispose();
        _due();
    }
}
