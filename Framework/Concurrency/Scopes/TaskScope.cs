using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Concurrency.Diagnostics;
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
public sealed class TaskScope : ILiveObject
{
    private const int ShownChildren = 100;

    private static readonly AsyncLocal<TaskScope?> s_current = new();

    private readonly QuietLock _gate = new();
    private readonly TaskScopeOptions _options;
    private readonly Executor? _executor;
    private readonly TimeProvider _clock;
    private readonly long _opened;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationToken _callerToken;
    private readonly ScopeLinks _links;
    private readonly ScopeDelays _delays;
    private TaskCompletionSource? _ended;

    private string? _reason;

    private TaskScope(TaskScopeOptions options, CancellationToken callerToken)
    {
        _options = options;
        _callerToken = callerToken;
        _executor = options.Executor ?? Executor.Current;
        _clock = options.TimeProvider ?? _executor?.TimeProvider ?? TimeProvider.System;
        _opened = _clock.GetTimestamp();
        _links = new ScopeLinks(_cancellation.Token);
        _delays = new ScopeDelays(this);
        Parent = options.Parent ?? Current;
        Outcome = new ScopeOutcome(this, options.FailureMode);
    }

    /// <summary>The innermost open scope in whose body or child the calling code runs; null outside of any.</summary>
    /// <remarks>
    /// Flows with the ExecutionContext, as <see cref="AsyncLocal{T}"/> values do: not into work that is posted without it. Code
    /// that goes on after its scope has ended sees the scope around that.
    /// </remarks>
    public static TaskScope? Current
    {
        get
        {
            var scope = s_current.Value;
            while (scope is not null && scope.HasEnded)
            {
                scope = scope.Parent;
            }

            return scope;
        }
    }

    /// <summary>The name given in the options.</summary>
    public string Name => _options.Name;

    /// <summary>The scope that was current when this one was opened, or the one named in the options; null at the top.</summary>
    public TaskScope? Parent { get; }

    /// <summary>Is cancelled when the scope is: by <see cref="Cancel"/>, by the caller's token, or by the first failure.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Why the scope was cancelled; null as long as it was not. The first reason stays.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Whether the body and all children have ended.</summary>
    public bool HasEnded => Places.HasEnded;

    /// <summary>The names of the children that run now.</summary>
    public IReadOnlyList<string> Children => Places.Names(int.MaxValue);

    string ILiveObject.Kind => "scope";

    ILiveObject? ILiveObject.Parent => Parent;

    internal ScopePlaces Places { get; } = new();

    internal ScopeOutcome Outcome { get; }

    /// <summary>That of the scope's activity; default if it has none.</summary>
    internal ActivityContext TraceContext { get; private set; }

    /// <summary>Runs a body that may start children, and waits for all of them.</summary>
    /// <param name="body">Runs in the caller; it receives the open scope.</param>
    /// <param name="options">Name, failure mode and default executor; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the scope.</param>
    /// <exception cref="AggregateException">The body or children failed.</exception>
    /// <exception cref="TaskScopeCanceledException">The scope was cancelled before the body had done its work.</exception>
    public static Task RunAsync(Func<TaskScope, Task> body, TaskScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(WithoutResult.Of(body), options, cancellationToken);
    }

    /// <summary>Runs a body that may start children, waits for all of them, and returns the body's result.</summary>
    /// <inheritdoc cref="RunAsync(Func{TaskScope, Task}, TaskScopeOptions?, CancellationToken)"/>
    public static async Task<T> RunAsync<T>(Func<TaskScope, Task<T>> body, TaskScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new TaskScopeOptions();
        options.Validate();
        var scope = new TaskScope(options, cancellationToken);
        using var membership = new ScopeMembership(scope, options.Parent);
        Interleaving.Touch(OperationKind.Write, scope);
        await using var registration = cancellationToken
            .UnsafeRegister(static s => ((TaskScope)s!).OnCallerCancelled(), scope)
            .ConfigureAwait(Executor.Current is not null);
        using var timer = scope.StartTimer();
        var activity = ScopeTracing.Begin(scope);
        scope.TraceContext = activity?.Context ?? default;

        OperationCanceledException? gaveIn = null;
        T result = default!;
        s_current.Value = scope;
        try
        {
            result = await Given.Task(body(scope), "TaskScope.RunAsync").ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException canceled) when (scope.Reason is not null)
        {
            gaveIn = canceled;
        }
        catch (Exception failure)
        {
            scope.Outcome.FailBody(failure);
        }

        await scope.CloseAsync().ConfigureAwait(Executor.Current is not null);
        ScopeTracing.End(activity, scope, gaveIn);
        scope.Outcome.ThrowIfUnfinished(gaveIn, cancellationToken);
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
        work = ScopeTracing.IsOn ? ScopeTracing.Observe(this, name, work) : work;
        var place = Enter(name, work);
        return (executor ?? _executor) is { } home ? new ScopeRoot<bool>(this, home, work, place).StartAsync() : PoolChild.Start(this, place);
    }

    /// <summary>Starts a child that has a result.</summary>
    /// <inheritdoc cref="Start(string, Func{CancellationToken, Task}, Executor?)"/>
    public Task<T> Start<T>(string name, Func<CancellationToken, Task<T>> work, Executor? executor = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        work = ScopeTracing.IsOn ? ScopeTracing.Observe(this, name, work) : work;
        var place = Enter(name, work);
        return (executor ?? _executor) is { } home ? new ScopeRoot<T>(this, home, work, place).StartAsync() : PoolChild.Start<T>(this, place);
    }

    /// <summary>Starts a child after a time, unless the scope has ended or is cancelled by then; the wait does not keep the scope open.</summary>
    /// <param name="delay">0 to 36,500 days.</param>
    /// <param name="name">Names the child in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the scope is, or when the work is told to stop.</param>
    /// <param name="executor">Where it runs; null for the scope's executor.</param>
    /// <returns>The work; when the scope is gone before the time has passed, it ends cancelled and says so.</returns>
    /// <exception cref="InvalidOperationException">The scope has ended.</exception>
    /// <exception cref="TaskScopeCanceledException">The scope is cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative or too long.</exception>
    public SpawnedWork SpawnAfter(TimeSpan delay, string name, Func<CancellationToken, Task> work, Executor? executor = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfRefused(name);
        return _delays.Begin(delay, _clock, new SpawnedWork<bool>(name, WithoutResult.Of(work), new UnwatchedOwner(_options.Logger)), executor ?? _executor);
    }

    /// <summary>Cancels the body's and the children's token; the scope still waits until they have ended.</summary>
    /// <param name="reason">Why, as a sentence; kept in the exception. Only the first reason counts.</param>
    public void Cancel(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Interleaving.Touch(OperationKind.Complete, this);
        using (_gate.EnterScope())
        {
            if (_reason is not null || HasEnded)
            {
                return;
            }

            Volatile.Write(ref _reason, reason);
        }

        _options.Logger.ScopeCancelled(Name, reason);
        // Registered callbacks are user code: their failures belong to the scope, not to whoever cancels it.
        foreach (var failure in CallbackFailures.OfCancelling(_cancellation))
        {
            Outcome.Record(failure);
        }

        _delays.Drop($"the scope '{Name}' was cancelled: {Given.Sentence(reason)}");
    }

    /// <inheritdoc/>
    public override string ToString() => $"scope '{Name}'";

    void ILiveObject.Describe(LiveDetails details)
    {
        details.Add("state", HasEnded ? "ended" : Reason is null ? "open" : "cancelled");
        if (Reason is { } reason)
        {
            details.Add("reason", reason);
        }

        details.Add("age", _clock.GetElapsedTime(_opened).ToString("c", CultureInfo.InvariantCulture));
        // The body is open, too, and is no child.
        details.Add("open", Places.Open);
        foreach (var child in Places.Names(ShownChildren))
        {
            _ = details.AddPart("task", child);
        }
    }

    /// <summary>Adds a child.</summary>
    /// <returns>Its place, owed a call of <see cref="Leave"/>.</returns>
    internal int Enter(string name, object? work)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Reason is not null)
        {
            ThrowIfRefused(name);
        }

        Interleaving.Touch(OperationKind.Write, this);
        var place = Places.Take(name, work);
        if (place < 0)
        {
            ThrowIfRefused(name);
        }

        return place;
    }

    /// <summary>Called when a child has ended and its failure is recorded.</summary>
    internal void Leave(int place)
    {
        Interleaving.Touch(OperationKind.Signal, this);
        if (Places.Leave(place))
        {
            _ended!.SetResult();
        }
    }

    /// <summary>Makes this the current scope of the calling child, if it was started from elsewhere.</summary>
    internal void EnterFlow()
    {
        if (!ReferenceEquals(s_current.Value, this))
        {
            s_current.Value = this;
        }
    }

    /// <summary>The token for children on an executor: cancelled when the scope or the executor is.</summary>
    internal CancellationToken TokenOn(Executor executor) => _links.TokenOn(executor);

    /// <summary>A child on an executor has ended; its task is complete.</summary>
    internal void OnChildEnded(int place, Task child)
    {
        if (!child.IsCompletedSuccessfully)
        {
            Outcome.Add(Places.At(place).Name!, child, child.IsCanceled ? new TaskCanceledException(child) : null);
        }

        Leave(place);
    }

    /// <summary>A child on the .NET pool is about to fail.</summary>
    internal void OnChildFailed(int place, Exception error)
    {
        ref var entry = ref Places.At(place);
        Outcome.Add(entry.Name!, entry.Work as Task, error);
    }

    /// <summary>Cancels on behalf of a token, a clock or a scope outside: what is cut short by that is not finished.</summary>
    internal void CancelFromOutside(string reason)
    {
        Outcome.IsCancelledFromOutside = true;
        Cancel(reason);
    }

    internal string ReasonForOthers() => $"the scope '{Name}' was cancelled: {Given.Sentence(Reason!)}";

    private void OnCallerCancelled()
    {
        for (var scope = Parent; scope is not null; scope = scope.Parent)
        {
            if (scope.CancellationToken == _callerToken)
            {
                CancelFromOutside(scope.ReasonForOthers());
                return;
            }
        }

        CancelFromOutside("the caller's token was cancelled.");
    }

    private LongTimer? StartTimer()
    {
        if (_options.Timeout == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        var timer = new LongTimer(_options.Timeout, _clock, OnTimeout);
        timer.Start();
        return timer;
    }

    private void OnTimeout() => CancelFromOutside($"its time of {_options.Timeout} has passed.");

    private void ThrowIfRefused(string child)
    {
        if (HasEnded)
        {
            throw new InvalidOperationException(
                $"The scope '{Name}' has ended and cannot start '{child}'. Start children before the body and the last child have ended.");
        }

        if (Reason is { } reason)
        {
            throw new TaskScopeCanceledException(Name, $"{Given.Sentence(reason)} It cannot start '{child}' any more.", null, _cancellation.Token);
        }
    }

    private async Task CloseAsync()
    {
        if (!Places.TryEndAlone())
        {
            _ended = new TaskCompletionSource(Interleaving.CompletionOptions);
            if (Places.LeaveBody())
            {
                _ended.SetResult();
            }

            await (Interleaving.Applies ? Interleaving.ParkAsync(OperationKind.Wait, this, _ended.Task) : _ended.Task)
                .ConfigureAwait(Executor.Current is not null);
        }

        Interleaving.Touch(OperationKind.Wait, this);
        _links.Unlink();
        _delays.Drop($"the scope '{Name}' has ended.");
        foreach (var late in Places.TakeLate())
        {
            // Its work is done and recorded: what is left is the completion of its task.
            await TaskEnd.OfAsync(late).ConfigureAwait(Executor.Current is not null);
            _ = late.Exception;
        }
    }
}
