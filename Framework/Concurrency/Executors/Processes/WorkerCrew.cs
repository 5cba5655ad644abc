using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>The queue of an executor and its workers: who gets which request, when a worker starts, and how it ends.</summary>
/// <remarks>
/// One gate guards all of it. What may call foreign code (timers, the logger, starting and killing a process) is collected while
/// the gate is held and done after it was left.
/// </remarks>
#pragma warning disable CA1001 // a token source without a timer owns nothing, and starts may still look at its token
internal sealed partial class WorkerCrew
#pragma warning restore CA1001
{
    private readonly QuietLock _gate = new();
    private readonly ProcessExecutorOptions _options;
    private readonly WorkerLauncher _launcher;
    private readonly RespawnPolicy _respawn;
    private readonly ProcessTotals _totals = new();
    private readonly LinkedList<ProcessRequest> _queue = new();
    private readonly List<WorkerProcess> _workers = [];
    private readonly Action<WorkerProcess, ReplyFrame> _onReply;
    private readonly Action _onLeft;
    private List<Action> _effects = [];
    private Exception? _lastFailure;
    private ITimer? _backoff;
    private bool _backoffArmed;
    private int _inFlight;
    private int _starting;
    private int _lost;

    /// <param name="options">Validated.</param>
    /// <param name="catalog">What every worker must know.</param>
    /// <param name="onLeft">Called without the gate, once for each request that left the queue.</param>
    public WorkerCrew(ProcessExecutorOptions options, ProcessWorkCatalog catalog, Action onLeft)
    {
        _options = options;
        _launcher = new WorkerLauncher(options, catalog);
        _respawn = new RespawnPolicy(options);
        _onLeft = onLeft;
        _onReply = OnReply;
    }

    public ProcessExecutorStatistics Snapshot()
    {
        using var turn = Enter();
        return _totals.Snapshot() with { Queued = _queue.Count, InFlight = _inFlight, Workers = _workers.Count, Starting = _starting };
    }

    /// <summary>The workers and what each is doing.</summary>
    public (int ProcessId, string[] Requests)[] Describe()
    {
        using var turn = Enter();
        return [.. _workers.Select(worker => (worker.ProcessId, worker.InFlight.Values.Select(request => request.WorkName).ToArray()))];
    }

    /// <summary>Queues a request.</summary>
    /// <returns>False if the executor takes no new work.</returns>
    public bool TrySubmit(ProcessRequest request)
    {
        using var turn = Enter();
        if (_phase != ExecutorPhase.Running)
        {
            return false;
        }

        request.Node = _queue.AddLast(request);
        _totals.Accepted(_queue.Count);
        Pump();
        return true;
    }

    /// <summary>Counts a request that was refused before it could be submitted.</summary>
    public void Refused()
    {
        using var turn = Enter();
        _totals.Rejected();
    }

    /// <summary>Takes a request out of the queue, or tells its worker to stop it.</summary>
    public void Cancel(ProcessRequest request)
    {
        using var turn = Enter();
        if (request.Node is not null)
        {
            LeaveQueue(request);
            _totals.Cancelled();
            request.End(new RequestOutcome(null, null, WasStopped: true));
            CheckDrained();
        }
        else
        {
            StopWork(request, _options.CancellationGrace);
        }
    }

    private CrewTurn Enter() => new(this);

    private void Do(Action effect)
    {
        try
        {
            effect();
        }
        catch (Exception error)
        {
            // The user's logger or clock: what stands behind it in the list (places, kills, the end) has to be done all the same.
            ReportBroken(error);
        }
    }

    private void ReportBroken(Exception error)
    {
        try
        {
            ProcessLog.Broken(_options.Logger, _options.Name, error);
        }
        catch (Exception loggerError)
        {
            ProcessLog.Broken(LastResortLogger.Instance, _options.Name, new AggregateException(error, loggerError));
        }
    }

    /// <summary>Gives requests to free workers, and starts workers for those that are left.</summary>
    private void Pump()
    {
        while (_queue.First is { } next && FreeWorker() is { } worker)
        {
            Assign(next.Value, worker);
        }

        var wanted = Math.Min(Wanted(), _options.MaximumWorkers - _workers.Count - _starting);
        if (wanted <= 0 || _phase == ExecutorPhase.Stopping || (_respawn.IsCautious && _starting > 0))
        {
            return;
        }

        if (_respawn.Pause() is { Ticks: > 0 } pause)
        {
            GiveUp(pause);
        }
        else if (_respawn.Wait() is { Ticks: > 0 } wait)
        {
            ArmBackoff(wait);
        }
        else
        {
            Start(_respawn.IsCautious ? 1 : wanted);
        }
    }

    private int Wanted()
    {
        var forQueue = ((_queue.Count + _options.RequestsPerWorker - 1) / _options.RequestsPerWorker) - _starting;
        var forMinimum = _phase == ExecutorPhase.Running ? Math.Min(_lost, _options.MinimumWorkers - _workers.Count - _starting) : 0;
        return Math.Max(forQueue, forMinimum);
    }

    private WorkerProcess? FreeWorker()
    {
        WorkerProcess? best = null;
        foreach (var worker in _workers)
        {
            // A worker whose work ignores its cancellation may be killed: nothing new is put at risk there.
            if (worker.IsAccepting && !worker.HasGone && worker.Stopping == 0 && worker.InFlight.Count < _options.RequestsPerWorker
                && (best is null || IsBetter(worker, best)))
            {
                best = worker;
            }
        }

        return best;
    }

    // Among idle workers the one that worked last, so that the others can end.
    private static bool IsBetter(WorkerProcess worker, WorkerProcess than) =>
        worker.InFlight.Count < than.InFlight.Count
        || (worker.InFlight.Count == than.InFlight.Count && worker.IdleSince > than.IdleSince);

    private void Assign(ProcessRequest request, WorkerProcess worker)
    {
        if (!worker.TrySend(request.ToFrame()))
        {
            // Its end will be reported in a moment; the request is still ours, and another worker gets it.
            return;
        }

        LeaveQueue(request);
        request.Worker = worker;
        worker.InFlight.Add(request.Id, request);
        _inFlight++;
        _totals.Sent(_options.TimeProvider.GetElapsedTime(request.CalledAt));
    }

    private void LeaveQueue(ProcessRequest request)
    {
        _queue.Remove(request.Node!);
        request.Node = null;
        _effects.Add(_onLeft);
    }

    private void Start(int count)
    {
        for (; count > 0; count--)
        {
            _starting++;
            if (_lost > 0)
            {
                _lost--;
                _totals.Respawned();
            }

            // Away from the caller: a child inherits the scheduling of the thread that starts it, and the loop must not come
            // back to the caller's executor.
            _effects.Add(() => CleanThreads.QueueToPool(new ExecutorWork(() => _ = RunWorkerAsync())));
        }
    }

    private void GiveUp(TimeSpan pause)
    {
        if (_starting > 0 || _workers.Exists(worker => worker.IsAccepting))
        {
            return;
        }

        var reason = ProcessMessages.GaveUp(_options, pause, _lastFailure);
        if (_queue.Count > 0)
        {
            _effects.Add(() => ProcessLog.GaveUp(_options.Logger, reason));
        }

        while (_queue.First is { } next)
        {
            FailQueued(next.Value, new WorkerStartException(reason, _lastFailure));
        }
    }

    private void FailQueued(ProcessRequest request, Exception error)
    {
        LeaveQueue(request);
        _totals.Failed();
        request.End(new RequestOutcome(null, error, WasStopped: false));
        CheckDrained();
    }

    private void ArmBackoff(TimeSpan wait)
    {
        if (_backoffArmed)
        {
            return;
        }

        _backoffArmed = true;
        _effects.Add(() =>
        {
            _backoff?.Dispose();
            _backoff = _options.TimeProvider.CreateTimer(static crew => ((WorkerCrew)crew!).EndBackoff(), this, wait, Timeout.InfiniteTimeSpan);
        });
    }

    private void EndBackoff()
    {
        using var turn = Enter();
        _backoffArmed = false;
        Pump();
    }

    /// <summary>Holds the gate; when it has been left, does what was collected meanwhile.</summary>
    private readonly ref struct CrewTurn(WorkerCrew crew) : IDisposable
    {
        private readonly QuietLock.Scope _scope = crew._gate.EnterScope();

        public void Dispose()
        {
            var effects = crew._effects;
            if (effects.Count == 0)
            {
                _scope.Dispose();
                return;
            }

            crew._effects = [];
            _scope.Dispose();
            foreach (var effect in effects)
            {
                crew.Do(effect);
            }
        }
    }
}
