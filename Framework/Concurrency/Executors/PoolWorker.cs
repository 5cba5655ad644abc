using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One thread of a pool: its counters, and how it sleeps.</summary>
internal sealed class PoolWorker(PoolEngine engine, Executor executor, ExecutorOptions options)
{
    [ThreadStatic]
    private static PoolWorker? t_current;

    private readonly object _gate = new();
    private bool _signaled;

    // Written by this worker only, read by anybody.
    private long _accepted;
    private long _started;
    private long _executed;
    private long _failed;

    /// <summary>The worker that the calling thread is, or null.</summary>
    public static PoolWorker? Current => t_current;

    public PoolEngine Engine { get; } = engine;

    public long Accepted => Volatile.Read(ref _accepted);

    public long Started => Volatile.Read(ref _started);

    public long Executed => Volatile.Read(ref _executed);

    public long Failed => Volatile.Read(ref _failed);

    public TurnWatch Watch { get; } = new(executor, options);

    /// <summary>Makes this the worker of the calling thread.</summary>
    public void Enter() => t_current = this;

    public void CountAccepted(int change) => _accepted += change;

    public void RunTurn(in ExecutorWork work)
    {
        _started++;
        try
        {
            work.Execute();
        }
        catch (Exception error)
        {
            _failed++;
            UnhandledFailure.Report(executor, options, error);
        }

        _executed++;
    }

    public void Signal()
    {
        lock (_gate)
        {
            _signaled = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Sleeps until signalled.</summary>
    /// <returns>False if the time was over first.</returns>
    public bool Sleep(TimeSpan timeout)
    {
        // The worker's own sleep is not a blocking wait of its user.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            lock (_gate)
            {
                if (!_signaled)
                {
                    Monitor.Wait(_gate, timeout);
                }

                var signaled = _signaled;
                _signaled = false;
                return signaled;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
