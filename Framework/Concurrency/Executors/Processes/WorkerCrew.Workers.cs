using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>The life of the workers: started, answering, told to stop, ended.</summary>
internal sealed partial class WorkerCrew
{
    private const int SigKill = 9;
    private static readonly TimeSpan s_shortestRest = TimeSpan.FromMilliseconds(1);

    private async Task RunWorkerAsync()
    {
        WorkerProcess? worker = null;
        try
        {
            worker = await LaunchAsync().ConfigureAwait(Executor.Current is not null);
            if (worker is not null)
            {
                OnStarted(worker);
                OnEnded(worker, await worker.RunAsync(_onReply).ConfigureAwait(Executor.Current is not null));
            }
        }
        catch (Exception error)
        {
            ReportBroken(error);
            if (worker is not null)
            {
                // Nobody would ever read from it or kill it.
                worker.Kill();
                OnEnded(worker, new WorkerExit(null, SigKill));
            }
        }
    }

    private async Task<WorkerProcess?> LaunchAsync()
    {
        try
        {
            return await _launcher.LaunchAsync(_stopping.Token).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            OnStartFailed(error);
            return null;
        }
    }

    private void OnStarted(WorkerProcess worker)
    {
        using var turn = Enter();
        _starting--;
        _workers.Add(worker);
        worker.IdleSince = _options.TimeProvider.GetTimestamp();
        _totals.Started();
        _effects.Add(() => ProcessLog.Ready(_options.Logger, worker.ProcessId, _options.Name));
        Pump();
        if (_phase == ExecutorPhase.Stopping)
        {
            Retire(worker);
        }
        else if (worker.InFlight.Count == 0)
        {
            ArmIdle(worker);
        }
    }

    private void OnStartFailed(Exception error)
    {
        using var turn = Enter();
        _starting--;
        if (_phase != ExecutorPhase.Stopping)
        {
            var failure = error as WorkerStartException ?? new WorkerStartException(
                $"The process executor '{_options.Name}' could not start a worker: {error.Message}", error);
            _totals.StartFailed();
            _respawn.Failed();
            _lastFailure = failure;
            _effects.Add(() => ProcessLog.StartFailed(_options.Logger, failure));
            if (_queue.First is { } next && !_workers.Exists(worker => worker.IsAccepting))
            {
                FailQueued(next.Value, failure);
            }
        }

        Pump();
        CheckEnded();
    }

    private void OnReply(WorkerProcess worker, ReplyFrame reply)
    {
        using var turn = Enter();
        if (!worker.InFlight.Remove(reply.Id, out var request))
        {
            throw new InvalidDataException($"A reply to the request {reply.Id} came, which it does not have.");
        }

        _inFlight--;
        _totals.Ran(reply.RunTime);
        Count(reply.Failure);
        if (request.IsStopping)
        {
            worker.Stopping--;
            EndGrace(request);
        }

        request.End(new RequestOutcome(reply, null, WasStopped: false));
        _respawn.Succeeded();
        worker.Served++;
        if (worker.Served == _options.RequestsPerLifetime && worker.IsAccepting)
        {
            _totals.Recycled();
            Retire(worker);
        }

        Pump();
        if (worker.InFlight.Count == 0)
        {
            Rest(worker);
        }

        CheckDrained();
    }

    private void Count(FailureKind? failure)
    {
        switch (failure)
        {
            case null:
                _totals.Succeeded();
                break;
            case FailureKind.Cancelled or FailureKind.TimedOut:
                _totals.Cancelled();
                break;
            default:
                _totals.Failed();
                break;
        }
    }

    private void OnEnded(WorkerProcess worker, WorkerExit exit)
    {
        using var turn = Enter();
        if (!_workers.Remove(worker))
        {
            return;
        }

        if (worker.IdleTimer is { } timer)
        {
            _effects.Add(timer.Dispose);
        }

        var inFlight = worker.InFlight.Count;
        _inFlight -= inFlight;
        foreach (var request in worker.InFlight.Values)
        {
            EndGrace(request);
            Lose(request, worker, exit);
        }

        NoteEnd(worker, exit, inFlight);
        Pump();
        CheckDrained();
        CheckEnded();
    }

    private void Lose(ProcessRequest request, WorkerProcess worker, WorkerExit exit)
    {
        var error = new WorkerCrashedException(ProcessMessages.Crashed(_options.Name, worker, request.WorkName, exit))
        {
            WorkName = request.WorkName,
            ProcessId = worker.ProcessId,
            ExitCode = exit.Code,
            Signal = exit.Signal,
        };
        if (request.IsStopping)
        {
            _totals.Cancelled();
        }
        else
        {
            _totals.Failed();
        }

        request.End(new RequestOutcome(null, error, request.IsStopping));
    }

    private void NoteEnd(WorkerProcess worker, WorkerExit exit, int inFlight)
    {
        var (id, name, logger, how) = (worker.ProcessId, _options.Name, _options.Logger, exit.ToString());
        if (worker.KillReason is { } reason)
        {
            _totals.Killed();
            _lost++;
            if (!worker.IsCondemned)
            {
                _respawn.Failed();
            }

            _effects.Add(() => ProcessLog.Killed(logger, id, name, reason));
        }
        else if (worker.IsAccepting || inFlight > 0)
        {
            _totals.Crashed();
            _lost++;
            _respawn.Failed();
            _lastFailure = new InvalidOperationException($"worker process {id} {how}.");
            _effects.Add(() => ProcessLog.Crashed(logger, id, name, how, inFlight));
        }
        else
        {
            _effects.Add(() => ProcessLog.Ended(logger, id, name, how));
        }
    }

    /// <summary>A worker has nothing to do: it goes if it is to go, and else waits for a request, not for ever if there are enough others.</summary>
    private void Rest(WorkerProcess worker)
    {
        worker.IdleSince = _options.TimeProvider.GetTimestamp();
        if (!worker.IsAccepting)
        {
            worker.Close();
        }
        else
        {
            ArmIdle(worker);
        }
    }

    private void ArmIdle(WorkerProcess worker)
    {
        if (_options.IdleTimeout == Timeout.InfiniteTimeSpan || _workers.Count + _starting <= _options.MinimumWorkers)
        {
            return;
        }

        if (worker.IdleTimer is { } timer)
        {
            _effects.Add(() => timer.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan));
        }
        else
        {
            _effects.Add(() => KeepIdleTimer(worker, _options.TimeProvider.CreateTimer(
                _ => EndIdle(worker), null, _options.IdleTimeout, Timeout.InfiniteTimeSpan)));
        }
    }

    private void KeepIdleTimer(WorkerProcess worker, ITimer timer)
    {
        using var turn = Enter();
        if (worker.IdleTimer is null && _workers.Contains(worker))
        {
            worker.IdleTimer = timer;
        }
        else
        {
            // The worker ended while its timer was made, or got another.
            _effects.Add(timer.Dispose);
        }
    }

    private void EndIdle(WorkerProcess worker)
    {
        using var turn = Enter();
        if (!worker.IsAccepting || worker.InFlight.Count > 0 || _workers.Count <= _options.MinimumWorkers || !_workers.Contains(worker))
        {
            return;
        }

        var left = _options.IdleTimeout - _options.TimeProvider.GetElapsedTime(worker.IdleSince);
        if (left <= TimeSpan.Zero)
        {
            _totals.IdledOut();
            Retire(worker);
        }
        else if (worker.IdleTimer is { } timer)
        {
            // It worked meanwhile, or the timer ticked a moment too early.
            _effects.Add(() => timer.Change(left < s_shortestRest ? s_shortestRest : left, Timeout.InfiniteTimeSpan));
        }
    }

    private static void Retire(WorkerProcess worker)
    {
        worker.IsAccepting = false;
        if (worker.InFlight.Count == 0)
        {
            worker.Close();
        }
    }

    /// <summary>Tells the worker to stop a request, and ends the worker if that does not help in time.</summary>
    private void StopWork(ProcessRequest request, TimeSpan grace)
    {
        if (request.IsStopping || request.Worker is not { } worker || !worker.InFlight.ContainsKey(request.Id))
        {
            return;
        }

        request.IsStopping = true;
        worker.Stopping++;
        worker.TrySend(RequestFrame.Cancel(request.Id));
        if (grace != Timeout.InfiniteTimeSpan)
        {
            _effects.Add(() => KeepGrace(request, _options.TimeProvider.CreateTimer(
                _ => KillWorkerOf(request, ProcessMessages.IgnoredCancellation(request.WorkName, grace)), null, grace, Timeout.InfiniteTimeSpan)));
        }
    }

    private void KeepGrace(ProcessRequest request, ITimer timer)
    {
        using var turn = Enter();
        if (request.Worker is { } worker && _workers.Contains(worker) && worker.InFlight.ContainsKey(request.Id))
        {
            request.Grace = timer;
        }
        else
        {
            // The request ended while the timer was made.
            _effects.Add(timer.Dispose);
        }
    }

    private void EndGrace(ProcessRequest request)
    {
        if (request.Grace is { } timer)
        {
            _effects.Add(timer.Dispose);
        }
    }

    private void KillWorkerOf(ProcessRequest request, string reason)
    {
        using var turn = Enter();
        if (request.Worker is { } worker && worker.InFlight.ContainsKey(request.Id))
        {
            worker.Condemn(reason);
            _effects.Add(worker.Kill);
        }
    }
}
