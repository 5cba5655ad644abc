using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Brings the queues and the threads of a pool together, from the first post to the end.</summary>
/// <remarks>No work is overlooked: who queues work looks for sleepers afterwards, who goes to sleep looks for work afterwards.</remarks>
internal sealed class PoolEngine : IExecutorEngine
{
    private readonly PoolExecutor _owner;
    private readonly PoolExecutorOptions _options;
    private readonly RootAdmission? _admission;
    private readonly PoolQueues _queues;
    private readonly PoolCrew _crew;
    private readonly PoolLedger _ledger;
    private volatile bool _rootsClosed;

    public PoolEngine(PoolExecutor owner, PoolExecutorOptions options)
    {
        _owner = owner;
        _options = options;
        _admission = options.QueueLimit is { } limit ? new RootAdmission(limit) : null;
        _queues = new PoolQueues(owner, options);
        _crew = new PoolCrew(owner, options);
        _ledger = new PoolLedger(_crew);
        Lifetime = new ExecutorLifetime(owner, options, this);
    }

    public ExecutorLifetime Lifetime { get; }

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

        if (_admission.EnterAsync(_owner, work, cancellationToken) is { } wait)
        {
            return new ValueTask(wait);
        }

        _ledger.CountAccepted(1);
        Enqueue(work, WorkKind.Root);
        return default;
    }

    public void CloseRoots()
    {
        _rootsClosed = true;
        _admission?.Close(_owner);
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
            if (_crew.IsClosed || !TryTake(taken, out var work))
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
            Lifetime.CompleteEnd();
        }
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
            _queues.Probe();
        }
    }

    private bool TryTake(int taken, out ExecutorWork work)
    {
        var kind = _queues.TryTake(taken, out work, _crew.Threads);
        if (kind == WorkKind.Root && _admission is not null && _admission.TryHandOver(out var admitted))
        {
            _ledger.CountAccepted(1);
            Enqueue(admitted.Work, WorkKind.Root);
            admitted.Admit();
        }

        return kind is not null;
    }

    /// <summary>Sleeps until there may be work.</summary>
    /// <returns>False if the thread has to end.</returns>
    private bool TrySleep(PoolWorker worker)
    {
        worker.Watch.Pause();
        if (!_crew.TryLieDown(worker))
        {
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
            ExecutorLog.WorkLeftBehind(_options.Logger, _owner, inFlight, _options.ShutdownTimeout);
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
