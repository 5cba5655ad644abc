namespace Concurrency.Execution;

/// <summary>Work that is new to an executor, and at the same time the promise of its end.</summary>
internal abstract class RootTask<TResult> : TaskCompletionSource<TResult>, IThreadPoolWorkItem, IRootTask, IDelayedWork
{
    private readonly Executor _executor;
    private readonly CancellationToken _cancellationToken;
    private readonly ExecutionContext? _context;
    private LinkedCancellation? _linked;
    private long _queuedAt;
    private Task? _begun;

    protected RootTask(Executor executor, CancellationToken cancellationToken)
        : base(Interleaving.CompletionOptions)
    {
        _executor = executor;
        _cancellationToken = cancellationToken;
        _context = ExecutionContext.Capture();
    }

    public abstract Delegate Work { get; }

    public virtual string? GivenName => null;

    public Task Promise => Task;

    /// <summary>Queues the work and returns the promise of its end.</summary>
    public Task<TResult> StartAsync()
    {
        if (_cancellationToken.IsCancellationRequested)
        {
            return EndBeforeStart();
        }

        RootTaskWatch.Current?.Created(this, _executor);
        _executor.RootStarted();
        _queuedAt = _executor.CoarseNow;
        Observe(_executor.AdmitRootAsync(new ExecutorWork(this), _cancellationToken));
        return Task;
    }

    /// <summary>Queues the work after a time and returns the promise of its end.</summary>
    public Task<TResult> StartAfterAsync(TimeSpan delay)
    {
        DelayedQueue.Validate(delay);
        if (_cancellationToken.IsCancellationRequested)
        {
            return EndBeforeStart();
        }

        RootTaskWatch.Current?.Created(this, _executor);

        // In flight from now on, so that a drain which begins meanwhile either sees it or is seen by it.
        _executor.RootStarted();
        var start = new DelayedStart(_executor.Delays, this);
        if (!_executor.Delays.TryAdd(start, delay))
        {
            EndFlight();
            TrySetException(_executor.Rejected());
            OnEnded();
            return Task;
        }

        start.CancelWith(static (self, token) => ((RootTask<TResult>)self!).EndCancelled(token), _cancellationToken);
        return Task;
    }

    public void Discard() => EndCancelled(CancelledBy());

    void IDelayedWork.Submit()
    {
        _queuedAt = _executor.CoarseNow;
        Observe(_executor.AdmitDelayedAsync(new ExecutorWork(this), _cancellationToken));
    }

    void IDelayedWork.Withdraw() => Discard();

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

    /// <summary>Whether whoever made the task looks at its failure without awaiting it, as a scope does.</summary>
    protected virtual bool HasOwner => false;

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

    protected static Task NotNull(Task? task) => Given.Task(task, "RunAsync");

    private Task<TResult> EndBeforeStart()
    {
        // Counted like one whose token was cancelled a moment later.
        _executor.Tally.CountCancelled();
        SetCanceled(_cancellationToken);
        OnEnded();
        return Task;
    }

    private void Observe(ValueTask admission)
    {
        if (!admission.IsCompletedSuccessfully)
        {
            _ = ObserveAdmissionAsync(admission);
        }
    }

    private async Task ObserveAdmissionAsync(ValueTask admission)
    {
        try
        {
            await admission.ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            EndCancelled(_cancellationToken);
        }
        catch (Exception error)
        {
            EndFailed(error, [error]);
        }
    }

    private void RunFirstTurn()
    {
        if (_cancellationToken.IsCancellationRequested || _executor.Stopping.IsCancellationRequested || _executor.CancelsNotStarted)
        {
            Discard();
            return;
        }

        _executor.Tally.CountStarted(_executor.CoarseNow - _queuedAt);
        Task task;
        var watch = RootTaskWatch.Current;
        var outer = watch?.Entered(this);
        try
        {
            task = Start(WorkToken());
        }
        catch (OperationCanceledException)
        {
            EndCancelled(CancelledBy());
            return;
        }
        catch (Exception error)
        {
            EndFailed(error, [error]);
            return;
        }
        finally
        {
            watch?.Left(outer);
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
        if (task.IsCompletedSuccessfully)
        {
            EndFlight();
            TrySetResult(ResultOf(task));
            OnEnded();
        }
        else if (task.Exception is { } failure)
        {
            EndFailed(failure.InnerExceptions is [var only] ? only : failure, failure.InnerExceptions);
        }
        else
        {
            EndCancelled(CancelledBy());
        }
    }

    private void EndCancelled(CancellationToken by)
    {
        _executor.Tally.CountCancelled();
        EndFlight();
        TrySetCanceled(by);
        OnEnded();
    }

    private void EndFailed(Exception error, IReadOnlyList<Exception> errors)
    {
        _executor.Tally.CountFailed();
        if (!HasOwner && _executor.Failures is { } failures && !TaskObservation.IsAwaited(Task))
        {
            // Entered while the work is still in flight, so that the executor cannot end in between.
            failures.Add(new RootFailure(this, error, RootTaskWatch.Current?.CreationStackOf(this)));
        }

        EndFlight();
        TrySetException(errors);
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
        RootTaskWatch.Current?.Ended(this);
        _executor.RootCompleted();
    }
}
