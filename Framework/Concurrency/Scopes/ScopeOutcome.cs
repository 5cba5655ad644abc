using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>What has gone wrong in a scope so far, and what its block throws in the end.</summary>
internal sealed class ScopeOutcome(TaskScope scope, TaskScopeFailureMode mode)
{
    private readonly QuietLock _gate = new();
    private List<Exception>? _failures;
    private Exception? _bodyFailure;
    private bool _cutShort;
    private bool _cancelledFromOutside;

    /// <summary>Whether somebody outside has asked for the end: the caller's token, a named parent, the time.</summary>
    public bool IsCancelledFromOutside
    {
        get => Volatile.Read(ref _cancelledFromOutside);
        set => Volatile.Write(ref _cancelledFromOutside, value);
    }

    /// <summary>The failure that happened first; null if there is none.</summary>
    public Exception? FirstFailure
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _failures?[0];
            }
        }
    }

    /// <summary>Adds how a child ended: each of its failures, or its cancellation.</summary>
    /// <param name="name">The child.</param>
    /// <param name="child">Its task, if there is one.</param>
    /// <param name="error">What it threw, if the task does not know.</param>
    public void Add(string name, Task? child, Exception? error)
    {
        if (child?.Exception is { } failures)
        {
            foreach (var failure in failures.InnerExceptions)
            {
                Add(name, failure);
            }
        }
        else
        {
            Add(name, error!);
        }
    }

    /// <summary>Adds a failure; in a scope that fails fast the first one cancels it.</summary>
    public void Fail(Exception failure, string what)
    {
        Record(failure);
        if (mode == TaskScopeFailureMode.FailFast)
        {
            scope.Cancel($"{what}: {failure.Message}");
        }
    }

    /// <summary>Adds the failure of the body, unless it is that of a child which the body awaited.</summary>
    public void FailBody(Exception failure)
    {
        using (_gate.EnterScope())
        {
            _bodyFailure = failure;
            if (_failures?.Exists(known => ReferenceEquals(known, failure)) == true)
            {
                return;
            }
        }

        Fail(failure, "the body failed");
    }

    /// <summary>Adds a failure that has no consequence until the scope ends.</summary>
    public void Record(Exception failure)
    {
        using (_gate.EnterScope())
        {
            if (!ReferenceEquals(failure, _bodyFailure) || _failures?.Contains(failure) != true)
            {
                (_failures ??= []).Add(failure);
            }
        }
    }

    /// <summary>Throws what the block throws; called when everything has ended.</summary>
    /// <param name="gaveIn">What the body threw when it gave in to the cancellation, if it did.</param>
    /// <param name="callerToken">The caller's token.</param>
    public void ThrowIfUnfinished(OperationCanceledException? gaveIn, CancellationToken callerToken)
    {
        using (_gate.EnterScope())
        {
            if (_failures is not null)
            {
                throw new AggregateException($"The scope '{scope.Name}' failed.", _failures);
            }
        }

        if (IsUnfinished(gaveIn))
        {
            var token = callerToken.IsCancellationRequested ? callerToken : scope.CancellationToken;
            throw new TaskScopeCanceledException(scope.Name, scope.Reason!, gaveIn, token);
        }
    }

    /// <summary>Whether a scope without failures was cancelled before its work was done.</summary>
    public bool IsUnfinished(OperationCanceledException? gaveIn) =>
        gaveIn is not null || (Volatile.Read(ref _cutShort) && IsCancelledFromOutside);

    private void Add(string name, Exception failure)
    {
        if (failure is not OperationCanceledException)
        {
            Fail(failure, $"its child '{name}' failed");
        }
        else if (scope.Reason is null)
        {
            Fail(failure, $"its child '{name}' was cancelled, but not by the scope");
        }
        else
        {
            Volatile.Write(ref _cutShort, true);
        }
    }
}
