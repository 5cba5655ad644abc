using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Work that is new to an executor, and at the same time the promise of its end.</summary>
internal abstract class RootTask<TResult> : TaskCompletionSource<TResult>, IThreadPoolWorkItem, IRootTask, IDelayedWork
{
    private readonly Executor _executor;

    // Before the first turn the submitter's context, at its end the task of the work: there are millions of these, each byte counts.
    private object? _contextOrBegun;

    // Some milliseconds, to be compared with others of the same days.
    private int _queuedAt;

    protected RootTask(Executor executor)
        : base(Interleaving.CompletionOptions)
    {
        _executor = executor;
        _contextOrBegun = ExecutionContext.Capture();
    }

    public abstract Delegate Work { get; }

    public virtual string? GivenName => null;

    public Task Promise => Task;

    /// <summary>Queues the work and returns the promise of its end.</summary>
    public Task<TResult> StartAsync()
    {
        var caller = CallerToken;
        if (caller.IsCancellationRequested)
        {
            return EndBeforeStart();
        }

        RootTaskWatch.Current?.Created(this, _executor);
        _queuedAt = unchecked((int)_executor.CoarseNow);
        Observe(_executor.StartRootAsync(new ExecutorWork(this), caller));
        return Task;
    }

    /// <summary>Queues the work after a time and returns the promise of its end.</summary>
    public Task<TResult> StartAfterAsync(TimeSpan delay)
    {
        DelayedQueue.Validate(delay);
        if (CallerToken.IsCancellationRequested)
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

        start.CancelWith(static (self, token) => ((RootTask<TResult>)self!).EndCancelled(token), CallerToken);
        return Task;
    }

    public void Discard() => EndCancelled(CancelledBy());

    void IDelayedWork.Submit()
    {
        _queuedAt = unchecked((int)_executor.CoarseNow);
        Observe(_executor.AdmitDelayedAsync(new ExecutorWork(this), CallerToken));
    }

    void IDelayedWork.Withdraw() => Discard();

    public void Execute()
    {
        var context = Unsafe.As<ExecutionContext?>(_contextOrBegun);
        _contextOrBegun = null;
        if (context is null)
        {
            RunFirstTurn();
        }
        else
        {
            ExecutionContext.Run(context, static self => Unsafe.As<RootTask<TResult>>(self!).RunFirstTurn(), this);
        }

        if (Unsafe.As<Task?>(_contextOrBegun) is { } begun)
        {
            // Outside of the submitter's context, which the continuation would keep and does not need.
            _contextOrBegun = null;
            _ = begun.ContinueWith(
                static (finished, self) => ((RootTask<TResult>)self!).Complete(finished),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    protected Executor Executor => _executor;

    /// <summary>Cancels the work as long as it has not begun.</summary>
    protected abstract CancellationToken CallerToken { get; }

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
    protected abstract CancellationToken WorkToken();

    /// <summary>The token of <see cref="WorkToken"/> is needed no more.</summary>
    protected virtual void LeaveTokens()
    {
    }

    protected static Task NotNull(Task? task) => Given.Task(task, "RunAsync");

    private Task<TResult> EndBeforeStart()
    {
        // Counted like one whose token was cancelled a moment later.
        _executor.Tally.CountCancelled();
        SetCanceled(CallerToken);
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
            EndCancelled(CallerToken);
        }
        catch (Exception error)
        {
            EndFailed(error, [error]);
        }
    }

    private void RunFirstTurn()
    {
        if (CallerToken.IsCancellationRequested || _executor.Stopping.IsCancellationRequested || _executor.CancelsNotStarted)
        {
            Discard();
            return;
        }

        _executor.CountStarted(unchecked((int)_executor.TurnBegan - _queuedAt));
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
            _contextOrBegun = task;
        }
    }

    private void Complete(Task task)
    {
        if (Interleaving.SeparatesEnds)
        {
            Interleaving.Stop(this, () => End(task));
        }
        else
        {
            End(task);
        }
    }

    private void End(Task task)
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
        var caller = CallerToken;
        if (caller.IsCancellationRequested)
        {
            return caller;
        }

        return _executor.Stopping.IsCancellationRequested ? _executor.Stopping : new CancellationToken(canceled: true);
    }

    private void EndFlight()
    {
        // In flight ends before the awaiter can look: a caller that awaited the task sees statistics that include it.
        LeaveTokens();
        RootTaskWatch.Current?.Ended(this);
        _executor.RootCompleted();
    }
}
