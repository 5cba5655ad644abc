using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Brings the queues and the threads of a pool together, from the first post to the end.</summary>
/// <remarks>No work is overlooked: who queues work looks for sleepers afterwards, who goes to sleep looks for work afterwards.</remarks>
internal sealed class PoolEngine : IExecutorEngine
{
    private static readonly TimeSpan s_nextAttempt = TimeSpan.FromMilliseconds(200);

    private readonly PoolExecutor _owner;
    private readonly PoolExecutorOptions _options;
    private readonly RootAdmission? _admission;
    private readonly PoolQueues _queues;
    private readonly PoolCrew _crew;
    private readonly PoolLedger _ledger;
    private readonly StarvationWatch _starvation;
    private volatile bool _rootsClosed;
    private ITimer? _attempt;
    private long _notStarted;

    public PoolEngine(PoolExecutor owner, PoolExecutorOptions options)
    {
        _owner = owner;
        _options = options;
        _admission = options.QueueLimit is { } limit ? new RootAdmission(limit) : null;
        var probe = new QueueProbe(options.WatchdogClock);
        _queues = new PoolQueues(probe);
        _crew = new PoolCrew(owner, options);
        _starvation = new StarvationWatch(owner, options, _crew, probe);
        _ledger = new PoolLedger(_crew);
        Lifetime = new ExecutorLifetime(owner, options, this);
    }

    public ExecutorLifetime Lifetime { get; }

    public int MinimumThreads => _crew.Minimum;

    public int MaximumThreads => _crew.Maximum;

    public int? QueueLimit => _admission?.Limit;

    public StarvationReport? LastStarvation => _starvation.Last;

    public IReadOnlyList<BusyThread> BusyThreads => _crew.BusyThreads();

    /// <summary>Changes how many threads there may be; what waits gets new ones at once.</summary>
    public void Resize(int minimum, int maximum)
    {
        _crew.Resize(minimum, maximum);
        WakeForWork();
    }

    /// <summary>Changes the queue limit; those who wait for a place get the new ones at once.</summary>
    public void ResizeQueue(int limit)
    {
        foreach (var admitted in _admission!.Resize(limit))
        {
            Admit(admitted);
        }
    }

    public bool TryEnqueue(in ExecutorWork work, WorkKind kind)
    {
        _ledger.CountAccepted(1);
        if (_crew.IsClosed || (kind == WorkKind.Root && (_rootsClosed || (_admission is not null && !_admission.TryEnter()))))
        {
            _ledger.CountAccepted(-1);
            if (kind == WorkKind.Root)
            {
                _ledger.CountRejected();
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

        return EnterAsync(work, isAccepted: false, cancellationToken);
    }

    /// <summary>Queues work that was accepted for a later time: a pool that closes does not refuse it, only one that is full.</summary>
    /// <remarks>As new work, behind what came before it. It is in flight since it was accepted, so that a pool that closes waits for it.</remarks>
    public ValueTask AdmitDelayedAsync(ExecutorWork work, CancellationToken cancellationToken)
    {
        if (_admission is not null && !_options.RejectWhenFull)
        {
            return EnterAsync(work, isAccepted: true, cancellationToken);
        }

        if (_admission is not null && !_admission.TryEnter(isAccepted: true))
        {
            return Refuse();
        }

        _ledger.CountAccepted(1);
        Enqueue(work, WorkKind.Root);
        return default;
    }

    public void CloseRoots()
    {
        _rootsClosed = true;
        _admission?.Close();
    }

    public void RefuseWaiters()
    {
        while (_admission is not null && _admission.TryTakeWaiter(out var waiter))
        {
            if (waiter.IsAccepted)
            {
                Admit(waiter);
            }
            else
            {
                _ledger.CountRejected();
                waiter.Refuse(_owner.Rejected());
            }
        }
    }

    public void Attend() => LookForEnd();

    public ExecutorStatistics Snapshot(long runAfterStop) => _ledger.Snapshot(_queues, Lifetime, runAfterStop);

    public string DescribeRejection() => _rootsClosed || _admission is null
        ? ExecutorMessages.Stopped(_owner, Lifetime.Phase)
        : ExecutorMessages.Full(_owner, _admission.Limit);

    /// <summary>The life of one thread.</summary>
    public void RunWorker(PoolWorker worker)
    {
        worker.Enter();
        _crew.Awake();
        var justWoken = true;
        for (var taken = 1; ; taken++)
        {
            if (_crew.IsInterrupted || !TryTake(taken, out var work))
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
                if (_queues.HasWork)
                {
                    WakeOrProbe();
                }
            }

            worker.RunTurn(work);
        }
    }

    /// <summary>Called when a worker's thread no longer exists, and when closing is done.</summary>
    public void ThreadGone()
    {
        if (_crew.HasLastGone())
        {
            Interlocked.Exchange(ref _attempt, null)?.Dispose();
            _owner.Ended();
            Lifetime.CompleteEnd();
        }
    }

    /// <summary>The system had no thread for a worker: what is queued waits for the others, or for the next attempt.</summary>
    public void ThreadNotStarted(PoolWorker worker, Exception error)
    {
        _crew.NotStarted(worker);

        // Nobody may post again, and a pool without threads would keep what is queued for ever.
        var timer = _options.WatchdogClock.CreateTimer(
            static self => ((PoolEngine)self!).WakeForWork(), this, s_nextAttempt, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _attempt, timer)?.Dispose();
        ThreadGone();
        if (PowersOfTen.Contain(Interlocked.Increment(ref _notStarted)))
        {
            ExecutorLog.NoThread(_options.Log, _owner, _crew.Threads, _notStarted, error);
        }
    }

    private void WakeForWork()
    {
        if (_queues.HasWork && !_crew.IsClosed)
        {
            WakeOrProbe();
        }
    }

    private ValueTask EnterAsync(ExecutorWork work, bool isAccepted, CancellationToken cancellationToken)
    {
        if (_admission!.TryEnter(work, isAccepted, out var waiter))
        {
            _ledger.CountAccepted(1);
            Enqueue(work, WorkKind.Root);
            return default;
        }

        if (waiter is null)
        {
            return Refuse();
        }

        waiter.CancelWith(cancellationToken);
        return new ValueTask(waiter.Task);
    }

    private ValueTask Refuse()
    {
        _ledger.CountRejected();
        return ValueTask.FromException(_owner.Rejected());
    }

    private void Enqueue(in ExecutorWork work, WorkKind kind)
    {
        _queues.Add(work, kind);
        Interlocked.MemoryBarrier();
        if (_crew.IsClosed)
        {
            SweepLeftovers();
            return;
        }

        WakeOrProbe();
    }

    private void WakeOrProbe()
    {
        if (_crew.HasReserve)
        {
            _crew.WakeOne();
        }
        else
        {
            if (_queues.Probe())
            {
                _starvation.ProbeSent();
            }
        }
    }

    private bool TryTake(int taken, out ExecutorWork work)
    {
        var kind = _queues.TryTake(taken, out work);
        if (kind == WorkKind.Root && _admission is not null && _admission.TryHandOver(out var admitted))
        {
            Admit(admitted);
        }

        return kind is not null;
    }

    private void Admit(RootAdmission.Waiter admitted)
    {
        _ledger.CountAccepted(1);
        Enqueue(admitted.Work, WorkKind.Root);
        admitted.Admit();
    }

    /// <summary>Sleeps until there may be work.</summary>
    /// <returns>False if the thread has to end.</returns>
    private bool TrySleep(PoolWorker worker)
    {
        worker.Watch.Pause();
        if (!_crew.TryLieDown(worker))
        {
            if (!_crew.IsClosed && _queues.HasWork)
            {
                // It was one too many, and may have been woken for what waits now.
                WakeOrProbe();
            }

            return false;
        }

        if (_queues.HasWork && _crew.TryGetUp(worker))
        {
            worker.Watch.Resume();
            return true;
        }

        if (Lifetime.Phase != ExecutorPhase.Running)
        {
            LookForEnd();
        }

        if (!_crew.Sleep(worker))
        {
            return false;
        }

        worker.Watch.Resume();
        _crew.Awake();
        return true;
    }

    private void LookForEnd()
    {
        if (Lifetime.Phase == ExecutorPhase.Running)
        {
            return;
        }

        var isSettled = _ledger.IsSettled(Lifetime);
        if (isSettled)
        {
            Lifetime.CompleteDrain();
        }

        if (Lifetime.Phase == ExecutorPhase.Stopping && (isSettled || Lifetime.DeadlinePassed))
        {
            Close();
        }
    }

    private void Close()
    {
        if (!_crew.TryClose())
        {
            return;
        }

        if (Lifetime.InFlight is > 0 and var inFlight)
        {
            ExecutorLog.WorkLeftBehind(_options.Log, _owner, inFlight, _options.ShutdownTimeout);
        }

        SharedSelector.EndWatches(_owner);
        SweepLeftovers();
        ThreadGone();
    }

    private void SweepLeftovers()
    {
        while (_queues.TryTakeLeftover(out var work))
        {
            _ledger.CountDiscarded();
            if (!work.Discard())
            {
                _owner.RunElsewhere(work);
            }
        }
    }
}
