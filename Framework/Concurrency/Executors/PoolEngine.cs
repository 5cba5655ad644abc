using System.Collections.Concurrent;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The queues and threads of a pool.</summary>
/// <remarks>
/// <para>At most one thread is being woken or started at a time. Once awake it looks at the queues and, if there is more than
/// it takes itself, wakes the next: a burst of tiny work wakes one thread, a burst of slow work wakes them all.</para>
/// <para>No work is overlooked: who queues work looks for sleepers afterwards, who goes to sleep looks for work afterwards.</para>
/// </remarks>
internal sealed class PoolEngine : IExecutorEngine
{
    private const int RootsFirstEvery = 64;
    private static readonly TimeSpan s_starvationLimit = TimeSpan.FromSeconds(1);

    private readonly PoolExecutor _owner;
    private readonly PoolExecutorOptions _options;
    private readonly ConcurrentQueue<ExecutorWork> _roots = new();
    private readonly ConcurrentQueue<ExecutorWork> _continuations = new();
    private readonly RootAdmission? _admission;
    private readonly QueueProbe _probe = new();
    private readonly Lock _gate = new();
    private readonly List<PoolWorker> _workers = [];
    private readonly List<PoolWorker> _sleepers = [];
    private PoolTotals _retired;
    private long _outsideAccepted;
    private long _rejected;
    private long _discarded;
    private int _queuedHighWater;
    private int _alive;
    private volatile int _threads;
    private volatile int _sleeping;
    private int _waking;
    private volatile bool _rootsClosed;
    private volatile bool _closed;

    public PoolEngine(PoolExecutor owner, PoolExecutorOptions options)
    {
        _owner = owner;
        _options = options;
        _admission = options.QueueLimit is { } limit ? new RootAdmission(limit) : null;
        Lifetime = new ExecutorLifetime(owner, options, this);
    }

    public ExecutorLifetime Lifetime { get; }

    public bool TryEnqueue(in ExecutorWork work, WorkKind kind)
    {
        CountAccepted(1);
        if (_closed || (kind == WorkKind.Root && (_rootsClosed || (_admission is not null && !_admission.TryEnter()))))
        {
            CountAccepted(-1);
            if (kind == WorkKind.Root)
            {
                Interlocked.Increment(ref _rejected);
            }

            LookForEnd();
            return false;
        }

        Enqueue(work, kind);
        return true;
    }

    public ValueTask AdmitAsync(ExecutorWork work, CancellationToken cancellationToken)
    {
        if (_admission is null || _options.RejectWhenFull)
        {
            return TryEnqueue(work, WorkKind.Root) ? default : ValueTask.FromException(_owner.Rejected());
        }

        if (_admission.EnterAsync(_owner, work, cancellationToken) is { } wait)
        {
            return new ValueTask(wait);
        }

        CountAccepted(1);
        Enqueue(work, WorkKind.Root);
        return default;
    }

    public void CloseRoots()
    {
        _rootsClosed = true;
        _admission?.Close(_owner);
    }

    public void Attend() => LookForEnd();

    public ExecutorStatistics Snapshot(long runAfterStop)
    {
        var discarded = Volatile.Read(ref _discarded);
        PoolTotals totals;
        lock (_gate)
        {
            totals = Sum();
        }

        // Turns may have passed between the reads: no more than there are threads can run now.
        var running = (int)Math.Min(totals.Started - totals.Executed, Math.Max(_threads, 1));
        var queued = (int)Math.Max(0, totals.Accepted - totals.Started - discarded);
        return new ExecutorStatistics
        {
            Accepted = totals.Started + queued + discarded,
            Executed = totals.Started - running,
            Rejected = Volatile.Read(ref _rejected),
            Discarded = discarded,
            Failed = totals.Failed,
            Queued = queued,
            QueuedHighWater = SawQueued(queued),
            Running = running,
            InFlight = Lifetime.InFlight,
            Threads = _threads,
            LongTurns = totals.LongTurns,
            RunAfterStop = runAfterStop,
            LongestQueueWait = _probe.Longest,
        };
    }

    public string DescribeRejection() => _rootsClosed || _admission is null
        ? ExecutorMessages.Stopped(_owner, Lifetime.Phase)
        : ExecutorMessages.Full(_owner, _admission.Limit);

    /// <summary>The life of one thread.</summary>
    public void RunWorker(PoolWorker worker)
    {
        worker.Enter();
        var home = HomeContext.Get();
        var context = _owner.SynchronizationContext;
        worker.Watch.Resume();
        Awake();
        var justWoken = true;
        for (var taken = 1; ; taken++)
        {
            if (_closed || !TryTake(taken, out var work))
            {
                if (!TrySleep(worker))
                {
                    return;
                }

                justWoken = true;
                continue;
            }

            if (justWoken)
            {
                justWoken = false;
                WakeIfUseful(workWaits: HasWork);
            }

            worker.RunTurn(work);
            if (!ReferenceEquals(ExecutionContext.Capture(), home))
            {
                ExecutionContext.Restore(home);
            }

            if (!ReferenceEquals(SynchronizationContext.Current, context))
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }

            worker.Watch.TurnEnded(work);
        }
    }

    /// <summary>Called when a worker's thread no longer exists.</summary>
    public void ThreadGone()
    {
        bool isLast;
        lock (_gate)
        {
            _alive--;
            isLast = _closed && _alive == 0;
        }

        if (isLast)
        {
            Lifetime.CompleteEnd();
        }
    }

    private bool HasWork => !_continuations.IsEmpty || !_roots.IsEmpty;

    private void CountAccepted(int change)
    {
        if (PoolWorker.Current is { } worker && ReferenceEquals(worker.Engine, this))
        {
            worker.CountAccepted(change);
        }
        else
        {
            // A full fence: a drain that begins meanwhile either sees this work or is seen by it.
            Interlocked.Add(ref _outsideAccepted, change);
        }
    }

    private void Enqueue(in ExecutorWork work, WorkKind kind)
    {
        if (kind == WorkKind.Root)
        {
            _roots.Enqueue(work);
        }
        else
        {
            _continuations.Enqueue(work);
        }

        Interlocked.MemoryBarrier();
        if (_closed)
        {
            SweepLeftovers();
            return;
        }

        WakeIfUseful(workWaits: true);
    }

    private void WakeIfUseful(bool workWaits)
    {
        if (!workWaits)
        {
            return;
        }

        if (_sleeping != 0 || _threads < _options.MaximumThreads)
        {
            if (Volatile.Read(ref _waking) == 0)
            {
                WakeOne();
            }
        }
        else if (_probe.TrySend())
        {
            _roots.Enqueue(new ExecutorWork(_probe));
        }
    }

    private void WakeOne()
    {
        if (Interlocked.CompareExchange(ref _waking, 1, 0) != 0)
        {
            return;
        }

        PoolWorker? sleeper = null;
        PoolWorker? starter = null;
        lock (_gate)
        {
            if (_sleepers.Count > 0)
            {
                // The one that slept last has the warmest cache, and the others get old enough to end.
                sleeper = _sleepers[^1];
                _sleepers.RemoveAt(_sleepers.Count - 1);
                _sleeping = _sleepers.Count;
            }
            else if (_threads < _options.MaximumThreads && !_closed)
            {
                starter = new PoolWorker(this, _owner, _options);
                _workers.Add(starter);
                _threads = _workers.Count;
                _alive++;
            }
            else
            {
                Volatile.Write(ref _waking, 0);
            }
        }

        sleeper?.Signal();
        if (starter is not null)
        {
            _owner.StartThread(starter);
        }
    }

    private void Awake()
    {
        Volatile.Write(ref _waking, 0);
        Interlocked.MemoryBarrier();
    }

    private bool TryTake(int taken, out ExecutorWork work)
    {
        if (taken % RootsFirstEvery == 0)
        {
            SawQueued(_roots.Count + _continuations.Count);
            if (TryTakeRoot(out work))
            {
                return true;
            }
        }

        return _continuations.TryDequeue(out work) || TryTakeRoot(out work);
    }

    private bool TryTakeRoot(out ExecutorWork work)
    {
        while (_roots.TryDequeue(out work))
        {
            if (ReferenceEquals(work.Callback, _probe))
            {
                ReceiveProbe();
                continue;
            }

            if (_admission is not null && _admission.TryHandOver(out var admitted))
            {
                CountAccepted(1);
                Enqueue(admitted.Work, WorkKind.Root);
                admitted.Admit();
            }

            return true;
        }

        return false;
    }

    private void ReceiveProbe()
    {
        var waited = _probe.Receive();
        if (waited >= s_starvationLimit)
        {
            ExecutorLog.Starved(_options.Logger, waited, _owner, _threads);
        }
    }

    /// <summary>Sleeps until there may be work.</summary>
    /// <returns>False if the thread has to end.</returns>
    private bool TrySleep(PoolWorker worker)
    {
        lock (_gate)
        {
            if (_closed)
            {
                Retire(worker);
                return false;
            }

            _sleepers.Add(worker);
            _sleeping = _sleepers.Count;
        }

        Interlocked.MemoryBarrier();
        if (HasWork && TryStopSleeping(worker))
        {
            return true;
        }

        if (Lifetime.Phase != ExecutorPhase.Running)
        {
            LookForEnd();
        }

        while (!worker.Sleep(_threads > _options.MinimumThreads ? _options.IdleTimeout : Timeout.InfiniteTimeSpan))
        {
            lock (_gate)
            {
                if (_threads > _options.MinimumThreads && _sleepers.Remove(worker))
                {
                    _sleeping = _sleepers.Count;
                    Retire(worker);
                    return false;
                }
            }
        }

        worker.Watch.Resume();
        Awake();
        return true;
    }

    private bool TryStopSleeping(PoolWorker worker)
    {
        lock (_gate)
        {
            // If it is gone from the list, somebody is about to signal it.
            var removed = _sleepers.Remove(worker);
            _sleeping = _sleepers.Count;
            return removed;
        }
    }

    private void Retire(PoolWorker worker)
    {
        _retired = _retired.Plus(worker);
        _workers.Remove(worker);
        _threads = _workers.Count;
    }

    private PoolTotals Sum()
    {
        var totals = _retired;
        foreach (var worker in _workers)
        {
            totals = totals.Plus(worker);
        }

        // Read after what was executed, so that a snapshot never shows more done than was taken in.
        return totals with { Accepted = AcceptedByWorkers() + Volatile.Read(ref _outsideAccepted) };
    }

    private long AcceptedByWorkers()
    {
        var accepted = _retired.Accepted;
        foreach (var worker in _workers)
        {
            accepted += worker.Accepted;
        }

        return accepted;
    }

    private int SawQueued(int queued)
    {
        int seen;
        while ((seen = Volatile.Read(ref _queuedHighWater)) < queued)
        {
            Interlocked.CompareExchange(ref _queuedHighWater, queued, seen);
        }

        return seen;
    }

    private void LookForEnd()
    {
        if (Lifetime.Phase == ExecutorPhase.Running)
        {
            return;
        }

        bool idle;
        lock (_gate)
        {
            var totals = Sum();
            idle = Lifetime.InFlight == 0 && totals.Executed == totals.Accepted - Volatile.Read(ref _discarded);
        }

        if (idle)
        {
            Lifetime.CompleteDrain();
        }

        if (Lifetime.Phase == ExecutorPhase.Stopping && (idle || Lifetime.DeadlinePassed))
        {
            Close();
        }
    }

    private void Close()
    {
        PoolWorker[] sleepers;
        bool isEmpty;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            sleepers = [.. _sleepers];
            _sleepers.Clear();
            _sleeping = 0;
            isEmpty = _alive == 0;
        }

        if (Lifetime.InFlight is > 0 and var inFlight)
        {
            ExecutorLog.WorkLeftBehind(_options.Logger, _owner, inFlight, _options.ShutdownTimeout);
        }

        foreach (var sleeper in sleepers)
        {
            sleeper.Signal();
        }

        SharedSelector.EndWatches(_owner);
        SweepLeftovers();
        if (isEmpty)
        {
            Lifetime.CompleteEnd();
        }
    }

    private void SweepLeftovers()
    {
        while (_continuations.TryDequeue(out var work) || _roots.TryDequeue(out work))
        {
            if (ReferenceEquals(work.Callback, _probe))
            {
                continue;
            }

            Interlocked.Increment(ref _discarded);
            if (!work.Discard())
            {
                _owner.RunElsewhere(work);
            }
        }
    }
}
