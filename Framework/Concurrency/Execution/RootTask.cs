namespace Concurrency.Execution;

/// <summary>Work that is new to an executor, and at the same time the promise of its end.</summary>
internal abstract class RootTask<TResult> : TaskCompletionSource<TResult>, IThreadPoolWorkItem, IRootTask
{
    private readonly Executor _executor;
    private readonly CancellationToken _cancellationToken;
    private readonly ExecutionContext? _context;
    private LinkedCancellation? _linked;
    private Task? _begun;

    protected RootTask(Executor executor, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _executor = executor;
        _cancellationToken = cancellationToken;
        _context = ExecutionContext.Capture();
    }

    public abstract Delegate Work { get; }

    /// <summary>Queues the work and returns the promise of its end.</summary>
    public Task<TResult> StartAsync()
    {
        if (_cancellationToken.IsCancellationRequested)
        {
            SetCanceled(_cancellationToken);
            OnEnded();
            return Task;
        }

        _executor.RootStarted();
        var admission = _executor.AdmitRootAsync(new ExecutorWork(this), _cancellationToken);
        if (!admission.IsCompletedSuccessfully)
        {
            _ = ObserveAdmissionAsync(admission);
        }

        return Task;
    }

    public void Discard()
    {
        EndFlight();
        TrySetCanceled(CancelledBy());
        OnEnded();
    }

    public void Execute()
    {
        if (_context is null)
        {
            RunFirstTurn();
        }
        else
        {
            ExecutionContext.Run(_context, static self => ((RootTask<TResult>)self!).RunFirstTurn(), this);
        }

        if (_begun is { } begun)
        {
            // Outside of the submitter's context, which the continuation would keep and does not need.
            _begun = null;
            _ = begun.ContinueWith(
                static (finished, self) => ((RootTask<TResult>)self!).Complete(finished),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Calls the user's delegate; runs inside the first turn.</summary>
    protected abstract Task Start(CancellationToken cancellationToken);

    /// <summary>Reads the result after the task of <see cref="Start"/> has completed successfully.</summary>
    protected abstract TResult ResultOf(Task completed);

    /// <summary>Called once, after the promise was kept.</summary>
    protected virtual void OnEnded()
    {
    }

    /// <summary>The token that the work receives: cancelled when the caller's token or the executor is.</summary>
    protected virtual CancellationToken WorkToken()
    {
        if (!_cancellationToken.CanBeCanceled)
        {
            return _executor.Stopping;
        }

        if (!_executor.Stopping.CanBeCanceled)
        {
            return _cancellationToken;
        }

        _linked = new LinkedCancellation(_cancellationToken, _executor.Stopping);
        return _linked.Token;
    }

    protected static Task NotNull(Task? task) => task ?? throw new InvalidOperationException(
        "The delegate given to RunAsync returned null instead of a task. Make it async or return Task.CompletedTask.");

    private async Task ObserveAdmissionAsync(ValueTask admission)
    {
        try
        {
            await admission.ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            EndFlight();
            TrySetCanceled(_cancellationToken);
            OnEnded();
        }
        catch (Exception error)
        {
            EndFlight();
            TrySetException(error);
            OnEnded();
        }
    }

    private void RunFirstTurn()
    {
        if (_cancellationToken.IsCancellationRequested || _executor.Stopping.IsCancellationRequested)
        {
            Discard();
            return;
        }

        Task task;
        try
        {
            task = Start(WorkToken());
        }
        catch (OperationCanceledException)
        {
            EndFlight();
            TrySetCanceled(CancelledBy());
            OnEnded();
            return;
        }
        catch (Exception error)
        {
            EndFlight();
            TrySetException(error);
            OnEnded();
            return;
        }

        if (task.IsCompleted)
        {
            Complete(task);
        }
        else
        {
            _begun = task;
        }
    }

    private void Complete(Task task)
    {
        EndFlight();
        if (task.IsCompletedSuccessfully)
        {
            TrySetResult(ResultOf(task));
        }
        else if (task.Exception is { } failure)
        {
            TrySetException(failure.InnerExceptions);
        }
        else
        {
            TrySetCanceled(CancelledBy());
        }

        OnEnded();
    }

    private CancellationToken CancelledBy()
    {
        if (_cancellationToken.IsCancellationRequested)
        {
            return _cancellationToken;
        }

        return _executor.Stopping.IsCancellationRequested ? _executor.Stopping : new CancellationToken(canceled: true);
    }

    private void EndFlight()
    {
        // In flight ends before the awaiter can look: a caller that awaited the task sees statistics that include it.
        _linked?.Unlink();
        _executor.RootCompleted();
    }
}
