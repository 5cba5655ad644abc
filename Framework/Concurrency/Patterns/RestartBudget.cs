using Concurrency.Time;

namespace Concurrency.Patterns;

/// <summary>Decides whether a component may go on after a failure, and after what wait.</summary>
internal sealed class RestartBudget(int maximum, TimeSpan period, Backoff backoff, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _failures = [];
    private int _inARow;
    private long _granted;

    public long Granted => Volatile.Read(ref _granted);

    /// <summary>Counts a failure.</summary>
    /// <returns>False when there were too many within the period.</returns>
    public bool TryGrant(out TimeSpan delay, out int count)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            while (_failures.TryPeek(out var oldest) && clock.GetElapsedTime(oldest, now) > period)
            {
                _failures.Dequeue();
            }

            _failures.Enqueue(now);
            count = _failures.Count;
            delay = backoff.Delay(++_inARow);
            if (count > maximum)
            {
                return false;
            }

            _granted++;
            return true;
        }
    }

    /// <summary>Ends a row of failures, so that the next wait is short again.</summary>
    public void Succeeded()
    {
        // Read without the lock: on the path of every event a stale value only delays the reset by one event.
        if (_inARow == 0)
        {
            return;
        }

        lock (_gate)
        {
            _inARow = 0;
        }
    }
}
