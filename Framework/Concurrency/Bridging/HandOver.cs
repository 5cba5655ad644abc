using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Where one thread waits for another to pass it the turn; a signal that comes early is kept.</summary>
/// <remarks>
/// The answer to a hand-over often comes within microseconds, so the waiter looks for a while before it sleeps; a waiter that
/// has often looked in vain rarely looks.
/// </remarks>
internal sealed class HandOver
{
    private const int Empty = 0;
    private const int Signaled = 1;
    private const int Parked = 2;
    private const int QuickLooks = 100;
    private const int Yields = 60;
    private const int MostLuck = 16;
    private const int Retry = 32;

    private readonly object _gate = new();
    private int _state;
    private int _luck = MostLuck / 2;
    private int _waits;

    /// <summary>Wakes the waiter, or the next one who comes.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signaled) != Parked)
        {
            return;
        }

        QuietMonitor.Enter(_gate);
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    /// <summary>Waits for a signal and consumes it.</summary>
    /// <param name="timeout">How long to wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="look">Whether the signal may come soon enough to look for it before sleeping.</param>
    /// <returns>False if the time was over first.</returns>
    public bool Wait(TimeSpan timeout, bool look)
    {
        if (!(look && SeesSignal()) && !Sleep(timeout))
        {
            return false;
        }

        Volatile.Write(ref _state, Empty);
        return true;
    }

    private bool SeesSignal()
    {
        if (_luck == 0 && ++_waits % Retry != 0)
        {
            return Volatile.Read(ref _state) == Signaled;
        }

        for (var left = QuickLooks; left > 0; left--)
        {
            if (Volatile.Read(ref _state) == Signaled)
            {
                return Found();
            }

            Thread.SpinWait(1);
        }

        for (var left = Yields; left > 0; left--)
        {
            Thread.Yield();
            if (Volatile.Read(ref _state) == Signaled)
            {
                return Found();
            }
        }

        _luck = Math.Max(0, _luck - 1);
        return false;
    }

    private bool Found()
    {
        _luck = Math.Min(MostLuck, _luck + 1);
        return true;
    }

    private bool Sleep(TimeSpan timeout)
    {
        // Waiting for the turn is not a blocking wait of the user.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            lock (_gate)
            {
                if (Interlocked.CompareExchange(ref _state, Parked, Empty) != Empty)
                {
                    return true;
                }

                while (Volatile.Read(ref _state) == Parked)
                {
                    if (!Monitor.Wait(_gate, timeout) && Interlocked.CompareExchange(ref _state, Empty, Parked) == Parked)
                    {
                        return false;
                    }
                }

                return true;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
