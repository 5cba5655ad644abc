using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One thread of a pool: its counters, and how it sleeps.</summary>
internal sealed class PoolWorker(PoolCrew crew, Executor executor, PoolExecutorOptions options)
{
    // Several milliseconds: the end of a spin whose clock stands still.
    private const int MostLooks = 50_000;

    [ThreadStatic]
    private static PoolWorker? t_current;

    private readonly object _gate = new();
    private bool _signaled;
    private ExecutionContext _home = null!;
    private SynchronizationContext _context = null!;
    private ExecutorWork _running;
    private BlockingStack? _blockedAt;

    // Written by this worker only, read by anybody.
    private long _accepted;
    private long _started;
    private long _executed;
    private long _failed;

    /// <summary>The worker that the calling thread is, or null.</summary>
    public static PoolWorker? Current => t_current;

    public PoolCrew Crew { get; } = crew;

    public long Accepted => Volatile.Read(ref _accepted);

    public long Started => Volatile.Read(ref _started);

    public long Executed => Volatile.Read(ref _executed);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>How often the thread has really gone to sleep; written by the worker only.</summary>
    public long Sleeps { get; private set; }

    public TurnWatch Watch { get; } = new(executor, options, hasWatchdog: true);

    /// <summary>Makes this the worker of the calling thread, which runs a turn of the executor.</summary>
    public void Enter()
    {
        t_current = this;
        _home = HomeContext.Get();
        _context = executor.SynchronizationContext;
        Watch.Enter();
    }

    /// <summary>The worker's thread blocks in a wait, or goes on after it with null; written by the worker only.</summary>
    public void NoteBlocked(BlockingStack? stack) => Volatile.Write(ref _blockedAt, stack);

    /// <summary>What the worker does now, seen from another thread; null if it runs no turn.</summary>
    public BusyThread? Look()
    {
        var blocked = Volatile.Read(ref _blockedAt);
        var work = _running;
        if (work.IsEmpty)
        {
            return null;
        }

        return new BusyThread
        {
            ThreadId = Watch.ThreadId,
            Method = Watch.Describe(work),
            Duration = TimeSpan.FromMilliseconds(Watch.RunningMilliseconds),
            Blocking = blocked?.Kind,
            CallSite = blocked?.CallSite,
            Stack = blocked?.Text,
        };
    }

    public void CountAccepted(int change) => _accepted += change;

    public void RunTurn(in ExecutorWork work)
    {
        _started++;
        _running = work;
        try
        {
            work.Execute();
        }
        catch (Exception error)
        {
            _failed++;
            UnhandledFailure.Report(executor, options, error);
        }

        _running = default;

        // Whoever sees the turn ended sees what it queued as well.
        Volatile.Write(ref _executed, _executed + 1);
        RestoreContexts();
        Watch.TurnEnded(work);
    }

    public void Signal()
    {
        QuietMonitor.Enter(_gate);
        _signaled = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
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
            SpinForSignal();
            lock (_gate)
            {
                if (!_signaled)
                {
                    Sleeps++;
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

    /// <summary>Looks for a signal during the time that the options give: who is signalled soon saves the way into the kernel and back.</summary>
    private void SpinForSignal()
    {
        if (options.SpinBeforeSleep == TimeSpan.Zero)
        {
            return;
        }

        var clock = options.TimeProvider;
        var start = clock.GetTimestamp();
        for (var looks = 0; looks < MostLooks && !Volatile.Read(ref _signaled); looks++)
        {
            if (clock.GetElapsedTime(start) >= options.SpinBeforeSleep)
            {
                return;
            }

            Thread.SpinWait(4);
        }
    }

    private void RestoreContexts()
    {
        // What a turn set for itself must not be seen by the next one.
        if (!ReferenceEquals(ExecutionContext.Capture(), _home))
        {
            ExecutionContext.Restore(_home);
        }

        if (!ReferenceEquals(SynchronizationContext.Current, _context))
        {
            SynchronizationContext.SetSynchronizationContext(_context);
        }
    }
}
