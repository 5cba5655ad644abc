using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Sleeps on a condition variable: for platforms without epoll.</summary>
internal sealed class EventWaiter : LoopWaiter
{
    private readonly object _gate = new();
    private bool _woken;

    public override void Wait(int milliseconds)
    {
        // The loop's own sleep is not a blocking wait of its user.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            lock (_gate)
            {
                if (!_woken && milliseconds != 0)
                {
                    Monitor.Wait(_gate, milliseconds);
                }

                _woken = false;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public override void Wake()
    {
        QuietMonitor.Enter(_gate);
        _woken = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    public override void Dispose()
    {
    }
}
