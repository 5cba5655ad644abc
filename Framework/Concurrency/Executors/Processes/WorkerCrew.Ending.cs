namespace Concurrency.Executors.Processes;

/// <summary>The end of the executor: draining, stopping, and nothing left behind.</summary>
internal sealed partial class WorkerCrew
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ExecutorPhase _phase;
    private ITimer? _deadline;

    public ExecutorPhase Phase => _phase;

    /// <summary>Completes when nothing is queued or in flight after new work was refused.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Completes when no process is left after the executor was stopped.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Refuses new work.</summary>
    /// <returns>Whether this call was the first to do so.</returns>
    public bool Drain()
    {
        using var turn = Enter();
        if (_phase != ExecutorPhase.Running)
        {
            return false;
        }

        _phase = ExecutorPhase.Draining;
        CheckDrained();
        return true;
    }

    /// <summary>Cancels what is queued, tells the workers to stop, and kills those that do not.</summary>
    public void Stop()
    {
        using var turn = Enter();
        if (_phase == ExecutorPhase.Stopping)
        {
            return;
        }

        _phase = ExecutorPhase.Stopping;
        while (_queue.First is { } next)
        {
            LeaveQueue(next.Value);
            _totals.Cancelled();
            next.Value.End(new RequestOutcome(null, null, WasStopped: true));
        }

        foreach (var worker in _workers)
        {
            foreach (var request in worker.InFlight.Values)
            {
                StopWork(request, Timeout.InfiniteTimeSpan);
            }

            Retire(worker);
        }

        _effects.Add(AbortStarts);
        CheckDrained();
        CheckEnded();
    }

    private void AbortStarts()
    {
        _deadline = _options.TimeProvider.CreateTimer(static crew => ((WorkerCrew)crew!).KillAll(), this, _options.ShutdownTimeout, Timeout.InfiniteTimeSpan);
        _backoff?.Dispose();
        _ = _stopping.CancelAsync();
        if (_ended.Task.IsCompleted)
        {
            _deadline.Dispose();
        }
    }

    private void KillAll()
    {
        using var turn = Enter();
        foreach (var worker in _workers)
        {
            worker.Condemn(ProcessMessages.DidNotEnd(_options.ShutdownTimeout));
            _effects.Add(worker.Kill);
        }
    }

    private void CheckDrained()
    {
        if (_phase != ExecutorPhase.Running && _queue.Count == 0 && _inFlight == 0)
        {
            _drained.TrySetResult();
        }
    }

    private void CheckEnded()
    {
        if (_phase == ExecutorPhase.Stopping && _workers.Count == 0 && _starting == 0)
        {
            _effects.Add(() =>
            {
                _deadline?.Dispose();
                _ended.TrySetResult();
            });
        }
    }
}
