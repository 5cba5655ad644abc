using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>A block that does not end before every task that was started in it has ended.</summary>
/// <remarks>
/// <para>Open one with <see cref="RunAsync(Func{TaskScope, Task}, TaskScopeOptions?, CancellationToken)"/>. The scope stays
/// open while the body or any child runs: children may start further children.</para>
/// <para>How it ends: normally when the body returned and no child failed, also if the scope was cancelled on the way; with
/// an <see cref="AggregateException"/> of all failures, in the order in which they happened; with a
/// <see cref="TaskScopeCanceledException"/> when the body gave in to the cancellation or the caller's token was cancelled.</para>
/// <para>An <see cref="OperationCanceledException"/> counts as a failure as long as the scope is not cancelled: a timeout
/// inside a child is not silent. Members are safe to call from any thread.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late Cancel must find it alive.")]
public sealed class TaskScope
{
    private readonly Lock _gate = new();
    private readonly TaskScopeOptions _options;
    private readonly Executor? _executor;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationToken _callerToken;
    private readonly Dictionary<Task, string> _children = [];
    private readonly List<Exception> _failures = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _bodyRuns = true;
    private bool _closed;
    private bool _cutShort;
    private bool _timedOut;
    private string? _reason;

    private TaskScope(TaskScopeOptions options, CancellationToken callerToken)
    {
        _options = options;
        _callerToken = callerToken;
        _executor = options.Executor ?? Executor.Current;
    }

    /// <summary>The name given in the options.</summary>
    public string Name => _options.Name;

    /// <summary>Is cancelled when the scope is: by <see cref="Cancel"/>, by the caller's token, or by the first failure.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Why the scope was cancelled; null as long as it was not. The first reason stays.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>The names of the children that run now.</summary>
    public IReadOnlyList<string> Children
    {
        get
        {
            lock (_gate)
            {
                return [.. _children.Values];
            }
        }
    }

    /// <summary>Runs a body that may start children, and waits for all of them.</summary>
    /// <param name="body">Runs in the caller; it receives the open scope.</param>
    /// <param name="options">Name, failure mode and default executor; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the scope.</param>
    /// <exception cref="AggregateException">The body or children failed.</exception>
    /// <exception cref="TaskScopeCanceledException">The scope was cancelled before the body had done its work.</exception>
    public static Task RunAsync(Func<TaskScope, Task> body, TaskScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(async scope =>
        {
            await body(scope).ConfigureAwait(Executor.Current is not null);
            return true;
        }, options, cancellationToken);
    }

    /// <summary>Runs a body that may start children, waits for all of them, and returns the body's result.</summary>
    /// <inheritdoc cref="RunAsync(Func{TaskScope, Task}, TaskScopeOptions?, CancellationToken)"/>
    public static async Task<T> RunAsync<T>(Func<TaskScope, Task<T>> body, TaskScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new TaskScopeOptions();
        options.Validate();
        var scope = new TaskScope(options, cancellationToken);
        await using var registration = cancellationToken
            .UnsafeRegister(static s => ((TaskScope)s!).Cancel("the caller's token was cancelled."), scope)
            .ConfigureAwait(Executor.Current is not null);
        using var timer = scope.StartTimer();

        OperationCanceledException? gaveIn = null;
        T result = default!;
        try
        {
            result = await body(scope).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException canceled) when (scope.Reason is not null)
        {
            gaveIn = canceled;
        }
        catch (Exception failure)
        {
            scope.Fail(failure, "the body failed");
        }

        await scope.CloseAsync().ConfigureAwait(Executor.Current is not null);
        scope.ThrowIfUnfinished(gaveIn);
        return result;
    }

    /// <summary>Starts a child.</summary>
    /// <param name="name">Names the child in messages; need not be unique.</param>
    /// <param name="work">Receives the scope's token.</param>
    /// <param name="executor">Where it runs; null for the scope's executor.</param>
    /// <returns>The child's own task; the scope sees its failure whether or not anyone awaits it.</returns>
    /// <exception cref="InvalidOperationException">The scope has ended.</exception>
    /// <exception cref="TaskScopeCanceledException">The scope is cancelled.</exception>
    public Task Start(string name, Func<CancellationToken, Task> work, Executor? executor = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Adopt(name, (scope: this, work, executor: executor ?? _executor), static s => s.executor is null
            ? Task.Factory.StartNew(() => s.work(s.scope.CancellationToken), s.scope.CancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap()
            : s.executor.RunAsync(s.work, s.scope.CancellationToken));
    }

    /// <summary>Starts a child that has a result.</summary>
    /// <inheritdoc cref="Start(string, Func{CancellationToken, Task}, Executor?)"/>
    public Task<T> Start<T>(string name, Func<CancellationToken, Task<T>> work, Executor? executor = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Adopt(name, (scope: this, work, executor: executor ?? _executor), static s => s.executor is null
            ? Task.Factory.StartNew(() => s.work(s.scope.CancellationToken), s.scope.CancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap()
            : s.executor.RunAsync(s.work, s.scope.CancellationToken));
    }

    /// <summary>Cancels the body's and the children's token; the scope still waits until they have ended.</summary>
    /// <param name="reason">Why, as a sentence; kept in the exception. Only the first reason counts.</param>
    public void Cancel(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        lock (_gate)
        {
            if (_reason is not null || _closed)
            {
                return;
            }

            _reason = reason;
        }

        _options.Logger.ScopeCancelled(Name, reason);
        // Registered callbacks are user code: their failures belong to the scope, not to whoever cancels it.
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException failures)
        {
            foreach (var failure in failures.InnerExceptions)
            {
                Record(failure);
            }
        }
    }

    private ITimer? StartTimer()
    {
        if (_options.Timeout == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        var clock = _options.TimeProvider ?? _executor?.TimeProvider ?? TimeProvider.System;
        return clock.CreateTimer(static scope => ((TaskScope)scope!).OnTimeout(), this, _options.Timeout, Timeout.InfiniteTimeSpan);
    }

    private void OnTimeout()
    {
        Volatile.Write(ref _timedOut, true);
        Cancel($"its time of {_options.Timeout} has passed.");
    }

    private TTask Adopt<TState, TTask>(string name, TState state, Func<TState, TTask> start)
        where TTask : Task
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        TTask task;
        var opened = new TaskCompletionSource(TaskCreationOptions.None);
        lock (_gate)
        {
            ThrowIfClosed(name);
            _children.Add(opened.Task, name);
        }

        // Started outside the lock: an inline executor runs the child's first turn right here.
        try
        {
            task = start(state);
        }
        catch
        {
            Leave(opened.Task);
            throw;
        }

        lock (_gate)
        {
            _children.Remove(opened.Task);
            _children.Add(task, name);
        }

        _ = task.ContinueWith(
            static (child, scope) => ((TaskScope)scope!).OnChildEnded(child),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    private void ThrowIfClosed(string child)
    {
        if (_closed)
        {
            throw new InvalidOperationException(
                $"The scope '{Name}' has ended and cannot start '{child}'. Start children before the body and the last child have ended.");
        }

        if (_reason is not null)
        {
            throw new TaskScopeCanceledException(Name, $"{_reason} It cannot start '{child}' any more.", null, _cancellation.Token);
        }
    }

    private void OnChildEnded(Task child)
    {
        string name;
        lock (_gate)
        {
            name = _children[child];
        }

        if (child.IsCanceled)
        {
            OnChildCanceled(new TaskCanceledException(child), name);
        }

        foreach (var failure in child.Exception?.InnerExceptions ?? [])
        {
            if (failure is OperationCanceledException canceled)
            {
                OnChildCanceled(canceled, name);
            }
            else
            {
                Fail(failure, $"its child '{name}' failed");
            }
        }

        Leave(child);
    }

    private void OnChildCanceled(OperationCanceledException canceled, string name)
    {
        if (Reason is null)
        {
            Fail(canceled, $"its child '{name}' was cancelled, but not by the scope");
        }
        else
        {
            Volatile.Write(ref _cutShort, true);
        }
    }

    private void Fail(Exception failure, string what)
    {
        Record(failure);
        if (_options.FailureMode == TaskScopeFailureMode.FailFast)
        {
            Cancel($"{what}: {failure.Message}");
        }
    }

    private void Record(Exception failure)
    {
        lock (_gate)
        {
            _failures.Add(failure);
        }
    }

    private Task CloseAsync()
    {
        lock (_gate)
        {
            _bodyRuns = false;
            EndIfIdle();
        }

        return _ended.Task;
    }

    private void Leave(Task child)
    {
        lock (_gate)
        {
            _children.Remove(child);
            EndIfIdle();
        }
    }

    private void EndIfIdle()
    {
        if (!_bodyRuns && _children.Count == 0 && !_closed)
        {
            _closed = true;
            _ended.SetResult();
        }
    }

    private void ThrowIfUnfinished(OperationCanceledException? gaveIn)
    {
        Exception[] failures;
        lock (_gate)
        {
            failures = [.. _failures];
        }

        if (failures.Length > 0)
        {
            throw new AggregateException($"The scope '{Name}' failed.", failures);
        }

        if (gaveIn is not null || (_cutShort && (_timedOut || _callerToken.IsCancellationRequested)))
        {
            var token = _callerToken.IsCancellationRequested ? _callerToken : _cancellation.Token;
            throw new TaskScopeCanceledException(Name, _reason!, gaveIn, token);
        }
    }
}
