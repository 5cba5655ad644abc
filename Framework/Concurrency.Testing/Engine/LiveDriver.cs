using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>Drives a world on a thread of its own for an executor that other threads use: they put their work into an inbox.</summary>
#pragma warning disable CA1001 // the executor owns the driver, not the other way round
internal sealed class LiveDriver : IExecutorEngine
#pragma warning restore CA1001
{
    private readonly object _gate = new();
    private readonly SimulatedExecutorOptions _options;
    private readonly World _world;
    private readonly SimulatedExecutor _executor;
    private List<(Actor? Actor, ExecutorWork Work)> _inbox = [];
    private List<(Actor? Actor, ExecutorWork Work)> _taken = [];
    private ExecutorStatistics _counts;
    private long _turnBegan;
    private long _runMilliseconds;
    private bool _refusesRoots;
    private bool _attend;
    private bool _hasEnded;

    private LiveDriver(ulong seed, SimulatedExecutorOptions options)
    {
        _options = options;
        var strategy = options.Strategy.Create();
        strategy.Begin(seed, ScheduleEstimate.None);
        _world = new World(new WorldOptions { Strategy = strategy, MaximumSteps = long.MaxValue, Detectors = Detectors.None, IsLive = true }, seed);
        _executor = new SimulatedExecutor(_world, options, this);
        Lifetime = new ExecutorLifetime(_executor, options, this);
    }

    public ExecutorLifetime Lifetime { get; }

    public TimeProvider Clock => _options.TimeProvider;

    /// <summary>Milliseconds of real time when the turn of now began.</summary>
    public long TurnBegan => Volatile.Read(ref _turnBegan);

    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>A snapshot in which the counts add up.</summary>
    public ExecutorStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                var runs = _runMilliseconds + (_counts.Running == 0 ? 0 : Interop.CoarseClock.Milliseconds() - _turnBegan);
                return _counts with { InFlight = Lifetime.InFlight, RunTime = TimeSpan.FromMilliseconds(runs) };
            }
        }
    }

    /// <summary>Starts the thread.</summary>
    public static SimulatedExecutor Start(ulong seed, SimulatedExecutorOptions options)
    {
        var started = new TaskCompletionSource<SimulatedExecutor>();
        var thread = new Thread(() => RunThread(seed, options, started), SimulationStack.Bytes) { IsBackground = true, Name = options.Name };
        thread.UnsafeStart();
#pragma warning disable VSTHRD002 // a thread of its own, which waits for nobody, is about to say that it has begun
        return started.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Takes work from another thread.</summary>
    public bool TryPost(Actor? actor, ExecutorWork work, WorkKind kind)
    {
        lock (_gate)
        {
            if (_hasEnded || (kind == WorkKind.Root && _refusesRoots))
            {
                _counts = kind == WorkKind.Root ? _counts with { Rejected = _counts.Rejected + 1 } : _counts;
                return false;
            }

            _inbox.Add((actor, work));
            _counts = _counts with { Accepted = _counts.Accepted + 1, Queued = _counts.Queued + 1 };
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public void Reject()
    {
        lock (_gate)
        {
            _counts = _counts with { Rejected = _counts.Rejected + 1 };
        }
    }

    public void CountQueued()
    {
        lock (_gate)
        {
            _counts = _counts with { Accepted = _counts.Accepted + 1, Queued = _counts.Queued + 1 };
        }
    }

    public void TurnBegins()
    {
        lock (_gate)
        {
            _turnBegan = Interop.CoarseClock.Milliseconds();
            _counts = _counts with { Queued = _counts.Queued - 1, Running = _counts.Running + 1 };
        }
    }

    public void TurnEnded()
    {
        lock (_gate)
        {
            _runMilliseconds += Interop.CoarseClock.Milliseconds() - _turnBegan;
            _counts = _counts with { Executed = _counts.Executed + 1, Running = _counts.Running - 1 };
        }
    }

    public void TurnFailed(Exception error)
    {
        lock (_gate)
        {
            _counts = _counts with { Failed = _counts.Failed + 1 };
        }

        UnhandledFailure.Report(_executor, _options, error);
    }

    public void CountRunAfterStop()
    {
        lock (_gate)
        {
            _counts = _counts with { RunAfterStop = _counts.RunAfterStop + 1 };
        }
    }

    public void CloseRoots()
    {
        lock (_gate)
        {
            _refusesRoots = true;
        }
    }

    public void RefuseWaiters()
    {
    }

    public void Attend()
    {
        lock (_gate)
        {
            _attend = true;
            Monitor.Pulse(_gate);
        }
    }

    private static void RunThread(ulong seed, SimulatedExecutorOptions options, TaskCompletionSource<SimulatedExecutor> started)
    {
        Interleaving.Enter();
        LiveDriver driver;
        try
        {
            driver = new LiveDriver(seed, options);
        }
        catch (Exception error)
        {
            Interleaving.Leave();
            started.SetException(error);
            return;
        }

        driver._counts = driver._counts with { Threads = 1, ThreadsHighWater = 1 };
        CleanThreads.QueueToPool(new ExecutorWork(() => started.SetResult(driver._executor)));
        driver.Run();
        Interleaving.Leave();
        var thread = Thread.CurrentThread;
        CleanThreads.QueueToPool(new ExecutorWork(() =>
        {
            // Whoever awaits the disposal finds the thread gone, not about to go.
            thread.Join();
            SharedSelector.EndWatches(driver._executor);
            driver.Lifetime.CompleteEnd();
        }));
    }

    private void Run()
    {
        while (true)
        {
            TakeInbox();
            if (Lifetime.Phase != ExecutorPhase.Running && LookForEnd())
            {
                return;
            }

            if (!_world.RunTurn())
            {
                Rest();
            }
        }
    }

    private void TakeInbox()
    {
        lock (_gate)
        {
            (_inbox, _taken) = (_taken, _inbox);
        }

        foreach (var (actor, work) in _taken)
        {
            _executor.Receive(actor, work);
        }

        _taken.Clear();
    }

    private void Rest()
    {
        lock (_gate)
        {
            while (_inbox.Count == 0 && !_attend)
            {
                Monitor.Wait(_gate);
            }

            _attend = false;
        }
    }

    private bool LookForEnd()
    {
        bool isSettled;
        lock (_gate)
        {
            isSettled = _counts.Queued == 0 && Lifetime.InFlight == 0;
        }

        if (isSettled)
        {
            Lifetime.CompleteDrain();
        }

        if (Lifetime.Phase != ExecutorPhase.Stopping || !(isSettled || Lifetime.DeadlinePassed))
        {
            return false;
        }

        return End(isForced: Lifetime.DeadlinePassed);
    }

    private bool End(bool isForced)
    {
        lock (_gate)
        {
            if (!isForced && (_inbox.Count > 0 || _counts.Queued > 0 || Lifetime.InFlight > 0))
            {
                return false;
            }

            Volatile.Write(ref _hasEnded, true);
        }

        // Nothing is put into the inbox from now on.
        TakeInbox();
        foreach (var work in _executor.TakeAll())
        {
            lock (_gate)
            {
                _counts = _counts with { Queued = _counts.Queued - 1, Discarded = _counts.Discarded + 1 };
            }

            if (!work.Discard())
            {
                _executor.RunElsewhere(work);
            }
        }

        lock (_gate)
        {
            _counts = _counts with { Threads = 0 };
        }

        return true;
    }
}
