namespace Concurrency.Execution;

/// <summary>Runs work under one stated policy: on one thread cooperatively, on a thread of its own, or on a bounded pool.</summary>
/// <remarks>
/// <para>An async method that was started on an executor comes back to it after each <c>await</c>: its
/// <see cref="SynchronizationContext"/> is current during every turn. A turn is one uninterrupted run of such code.</para>
/// <para>Work that is new to the executor (<see cref="Post(Action{object}, object)"/>, <see cref="RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>,
/// <see cref="InvokeAsync(Action, CancellationToken)"/>) can be refused; the continuation of admitted work never is.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
public abstract partial class Executor : IAsyncDisposable
{
    [ThreadStatic]
    private static Executor? t_current;

    private TaskScheduler? _scheduler;
    private DelayedQueue? _delays;
    private volatile bool _cancelsNotStarted;

    /// <summary>Names the executor.</summary>
    /// <param name="name">Shown in statistics, thread names, meters and messages; not empty.</param>
    protected Executor(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The executor whose turn the calling thread runs, or null.</summary>
    public static Executor? Current => t_current;

    /// <summary>The name that was given at construction.</summary>
    public string Name { get; }

    /// <summary>How this executor runs its work.</summary>
    public abstract ExecutorKind Kind { get; }

    /// <summary>The clock and timers of this executor; on an executor with its own loop, timer callbacks run in the loop.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>What this executor has done and is doing; a new snapshot on each call.</summary>
    public abstract ExecutorStatistics Statistics { get; }

    /// <summary>The context that is current during each turn.</summary>
    public abstract SynchronizationContext SynchronizationContext { get; }

    /// <summary>Is cancelled when the executor is disposed before its work has ended.</summary>
    public abstract CancellationToken Stopping { get; }

    /// <summary>The largest number of turns that can run at the same moment.</summary>
    public virtual int MaximumConcurrency => 1;

    /// <summary>Whether the calling thread runs a turn of this executor.</summary>
    public bool IsCurrent => ReferenceEquals(t_current, this);

    /// <summary>An adapter for APIs that take a <see cref="TaskScheduler"/>.</summary>
    public TaskScheduler Scheduler => _scheduler ?? Interlocked.CompareExchange(ref _scheduler, new ExecutorTaskScheduler(this), null) ?? _scheduler;

    internal TaskTally Tally { get; } = new();

    /// <summary>Where code that awaits during a turn comes back to: the executor itself, or the context of one actor in a simulation.</summary>
    internal object Home => HasContexts && System.Threading.SynchronizationContext.Current is { } context ? context : this;

    /// <summary>Whether turns have contexts of their own.</summary>
    internal bool HasContexts { get; init; }

    /// <summary>What decides, in a simulation, who goes first at an operation; null on real executors.</summary>
    internal virtual Interleaver? Interleaver => null;

    internal DelayedQueue Delays => _delays ?? Interlocked.CompareExchange(ref _delays, new DelayedQueue(this), null) ?? _delays;

    /// <summary>How much work waits for its time.</summary>
    internal int Delayed => _delays?.Count ?? 0;

    /// <summary>Whether tasks that have not begun are to be cancelled instead.</summary>
    internal bool CancelsNotStarted => _cancelsNotStarted;

    /// <summary>Whether new work is refused because the executor drains or stops.</summary>
    internal virtual bool IsClosing => Stopping.IsCancellationRequested;

    /// <summary>Milliseconds of a clock that is cheap to read, or 0 where waiting is not measured.</summary>
    internal virtual long CoarseNow => 0;

    /// <summary><see cref="CoarseNow"/> when the turn of the calling thread began, as far as that is known.</summary>
    internal virtual long TurnBegan => CoarseNow;

    /// <summary>Ends the current turn: the rest of the calling method is queued behind what is ready now.</summary>
    public static ExecutorYieldAwaitable Yield() => default;

    /// <summary>Runs asynchronous work here and completes with it.</summary>
    /// <param name="work">Receives a token that is cancelled by <paramref name="cancellationToken"/> or when the executor is disposed.</param>
    /// <param name="cancellationToken">Before the start: the work does not run. Afterwards: passed to the work, which decides.</param>
    /// <exception cref="ExecutorRejectedException">The executor is stopping, or its queue is full and it rejects (through the task).</exception>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new AsyncRootTask(this, work, cancellationToken).StartAsync();
    }

    /// <summary>Runs asynchronous work here and completes with its result.</summary>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new AsyncRootTask<T>(this, work, cancellationToken).StartAsync();
    }

    /// <summary>Runs synchronous work here and completes when it has returned.</summary>
    /// <param name="work">Runs in one turn.</param>
    /// <param name="cancellationToken">Cancels the work as long as it has not started.</param>
    /// <exception cref="ExecutorRejectedException">The executor is stopping, or its queue is full and it rejects (through the task).</exception>
    public Task InvokeAsync(Action work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new SyncRootTask(this, work, cancellationToken).StartAsync();
    }

    /// <summary>Runs synchronous work here and completes with its result.</summary>
    /// <inheritdoc cref="InvokeAsync(Action, CancellationToken)"/>
    public Task<T> InvokeAsync<T>(Func<T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new SyncRootTask<T>(this, work, cancellationToken).StartAsync();
    }

    /// <summary>Runs asynchronous work here after a time, and completes with it.</summary>
    /// <param name="delay">From 0, on <see cref="TimeProvider"/>. Work is started in the order of due times, equal ones in the order of the calls.</param>
    /// <param name="work">Receives a token that is cancelled by <paramref name="cancellationToken"/> or when the executor is disposed.</param>
    /// <param name="cancellationToken">Before the start: the work does not run, and nothing of it is kept. Afterwards: passed to the work, which decides.</param>
    /// <remarks>It is in flight from the call on: a drain waits for its time. Disposal cancels it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or longer than a hundred years.</exception>
    /// <exception cref="ExecutorRejectedException">The executor is stopping now, or its queue is full at that time and it rejects (through the task).</exception>
    public Task RunAfterAsync(TimeSpan delay, Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new AsyncRootTask(this, work, cancellationToken).StartAfterAsync(delay);
    }

    /// <summary>Runs asynchronous work here after a time, and completes with its result.</summary>
    /// <inheritdoc cref="RunAfterAsync(TimeSpan, Func{CancellationToken, Task}, CancellationToken)"/>
    public Task<T> RunAfterAsync<T>(TimeSpan delay, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new AsyncRootTask<T>(this, work, cancellationToken).StartAfterAsync(delay);
    }

    /// <summary>Runs synchronous work here after a time, and completes when it has returned.</summary>
    /// <inheritdoc cref="RunAfterAsync(TimeSpan, Func{CancellationToken, Task}, CancellationToken)"/>
    public Task InvokeAfterAsync(TimeSpan delay, Action work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new SyncRootTask(this, work, cancellationToken).StartAfterAsync(delay);
    }

    /// <summary>Runs synchronous work here after a time, and completes with its result.</summary>
    /// <inheritdoc cref="RunAfterAsync(TimeSpan, Func{CancellationToken, Task}, CancellationToken)"/>
    public Task<T> InvokeAfterAsync<T>(TimeSpan delay, Func<T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new SyncRootTask<T>(this, work, cancellationToken).StartAfterAsync(delay);
    }

    /// <summary>Queues a callback after a time; it runs under the caller's ExecutionContext.</summary>
    /// <returns>What tells when it is due, and calls it off.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or longer than a hundred years.</exception>
    /// <exception cref="ExecutorRejectedException">The executor is stopping.</exception>
    public DelayedPost PostAfter(TimeSpan delay, Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        DelayedQueue.Validate(delay);
        return new DelayedPost(this, Delays, WithContext(callback, state), delay).Start(Delays, delay);
    }

    /// <inheritdoc cref="PostAfter(TimeSpan, Action{object}, object)"/>
    public DelayedPost PostAfter(TimeSpan delay, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return PostAfter(delay, static c => ((Action)c!)(), callback);
    }

    /// <summary>Queues a callback at a moment of <see cref="TimeProvider"/>; as soon as possible if it has passed.</summary>
    /// <inheritdoc cref="PostAfter(TimeSpan, Action{object}, object)"/>
    public DelayedPost PostAt(DateTimeOffset when, Action callback)
    {
        var delay = when - TimeProvider.GetUtcNow();
        return PostAfter(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, callback);
    }

    /// <summary>Queues a callback that runs under the caller's ExecutionContext.</summary>
    /// <exception cref="ExecutorRejectedException">The queue is full or the executor is stopping.</exception>
    public void Post(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!TryEnqueue(WithContext(callback, state), WorkKind.Root))
        {
            throw Rejected();
        }
    }

    /// <inheritdoc cref="Post(Action{object}, object)"/>
    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Post(static c => ((Action)c!)(), callback);
    }

    /// <summary>Queues a callback without the caller's ExecutionContext: faster, and <see cref="AsyncLocal{T}"/> values do not flow.</summary>
    /// <exception cref="ExecutorRejectedException">The queue is full or the executor is stopping.</exception>
    public void UnsafePost(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!TryEnqueue(new ExecutorWork(callback, state), WorkKind.Root))
        {
            throw Rejected();
        }
    }

    /// <inheritdoc cref="UnsafePost(Action{object}, object)"/>
    public void UnsafePost(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        UnsafePost(static c => ((Action)c!)(), callback);
    }

    /// <inheritdoc cref="TryPost(Action{object}, object)"/>
    public bool TryPost(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return TryPost(static c => ((Action)c!)(), callback);
    }

    /// <summary>Queues a callback that runs under the caller's ExecutionContext, unless the queue is full or the executor is stopping.</summary>
    /// <returns>Whether the callback was accepted; an accepted callback runs exactly once unless the executor is disposed first.</returns>
    public bool TryPost(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (TryEnqueue(WithContext(callback, state), WorkKind.Root))
        {
            return true;
        }

        _ = OnRefused();
        return false;
    }

    /// <summary>Queues the continuation of admitted work: never refused, whatever the queue limit, and kept even while the executor stops.</summary>
    /// <remarks>For awaitables and synchronization contexts; work that is new belongs into <see cref="Post(Action{object}, object)"/>.</remarks>
    public void Resume(ExecutorWork work)
    {
        if (!TryEnqueue(work, WorkKind.Continuation))
        {
            RunAfterStop(work);
        }
    }

    /// <summary>Watches a descriptor for readability; completions come back to the waiter as those of any awaitable do.</summary>
    /// <param name="descriptor">An open, non-blocking descriptor that epoll accepts; it stays the caller's to close, after the watch was disposed.</param>
    /// <exception cref="PlatformNotSupportedException">The platform is not Linux.</exception>
    public abstract DescriptorReadiness WatchDescriptor(System.Runtime.InteropServices.SafeHandle descriptor);

    /// <summary>Refuses new work from now on and waits until the admitted work has ended.</summary>
    /// <param name="timeout">How long to wait at most, or <see cref="Timeout.InfiniteTimeSpan"/>, though not from a turn of this executor.</param>
    /// <returns>Whether all admitted work ended in time; work that awaits it gets false, as it has not ended itself.</returns>
    /// <exception cref="InvalidOperationException">A turn of this executor drains it without a time limit; nothing has changed.</exception>
    public abstract Task<bool> DrainAsync(TimeSpan timeout);

    /// <summary>Refuses new work from now on and waits until the admitted work has ended, or only what of it has begun.</summary>
    /// <param name="timeout">How long to wait at most, or <see cref="Timeout.InfiniteTimeSpan"/>, though not from a turn of this executor.</param>
    /// <param name="cancelNotStarted">Cancels the tasks that have not begun, delayed work included. Posted callbacks that are queued run: nobody could be told otherwise.</param>
    /// <inheritdoc cref="DrainAsync(TimeSpan)"/>
    public Task<bool> DrainAsync(TimeSpan timeout, bool cancelNotStarted)
    {
        if (!cancelNotStarted)
        {
            return DrainAsync(timeout);
        }

        DrainRules.Validate(this, timeout);
        _cancelsNotStarted = true;
        var drain = DrainAsync(timeout);
        _delays?.WithdrawAll();
        return drain;
    }

    /// <summary>Refuses new work, cancels <see cref="Stopping"/>, runs what is ready, and ends the executor's threads.</summary>
    /// <remarks>Completes when no thread of the executor is left. Called on the executor itself it completes without waiting for the calling turn.</remarks>
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} executor '{Name}'";

    /// <summary>What the calling thread's turn needs beside the executor and its context, for <see cref="LentTurn"/>.</summary>
    internal virtual object? TurnDetail
    {
        get => null;
        set
        {
        }
    }

    /// <summary>The turn of the calling thread, for a thread that will carry it on while this one waits.</summary>
    internal static LentTurn LendTurn() => new(t_current, System.Threading.SynchronizationContext.Current);

    /// <summary>For <see cref="LentTurn"/>.</summary>
    internal static void SetCurrent(Executor? executor, SynchronizationContext? context)
    {
        t_current = executor;
        System.Threading.SynchronizationContext.SetSynchronizationContext(context);
    }

    internal void ResumeWithContext(Action continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        var context = ExecutionContext.Capture();
        Resume(context is null
            ? new ExecutorWork(continuation)
            : new ExecutorWork(new ContextWork(static c => ((Action)c!)(), continuation, context)));
    }

    /// <summary>The error with which work is refused now.</summary>
    internal Exception Rejected() => OnRefused() ?? new ExecutorRejectedException(DescribeRejection());

    /// <summary>Counts a task as in flight and queues its start.</summary>
    internal virtual ValueTask StartRootAsync(ExecutorWork work, CancellationToken cancellationToken)
    {
        OnRootStarted();
        return AdmitAsync(work, cancellationToken);
    }

    /// <summary><see cref="Resume"/> for a caller who has seen that this executor is current.</summary>
    internal virtual void ResumeHere(ExecutorWork work) => Resume(work);

    /// <summary>What stands for this executor in snapshots, so that its tasks are shown beneath it; null while it is not shown.</summary>
    internal object? Presence { get; set; }

    /// <summary>Where failures go that nobody awaits; null on executors that leave them to .NET.</summary>
    internal FailureLedger? Failures { get; set; }

    /// <summary>Queues work that was accepted for a later time, which has come.</summary>
    internal virtual ValueTask AdmitDelayedAsync(ExecutorWork work, CancellationToken cancellationToken)
    {
        if (!IsClosing)
        {
            var admission = AdmitAsync(work, cancellationToken);
            if (!admission.IsFaulted || !IsClosing)
            {
                return admission;
            }
        }

        return QueueAccepted(work);
    }

    /// <summary>Queues what was accepted before the executor began to close, so that it is not new any more.</summary>
    internal ValueTask QueueAccepted(ExecutorWork work) =>
        TryEnqueue(work, WorkKind.Continuation) ? default : ValueTask.FromException(Rejected());

    /// <summary>Called once for each refusal of root work, on the thread of the caller.</summary>
    /// <returns>The error to give instead of the usual one, or null.</returns>
    internal virtual Exception? OnRefused() => null;

    /// <summary>Counts the first turn of a task, in that turn.</summary>
    internal virtual void CountStarted(int milliseconds) => Tally.CountStarted(milliseconds);

    internal void RootStarted() => OnRootStarted();

    internal void RootCompleted() => OnRootCompleted();

    /// <summary>Marks the calling thread as running turns of this executor until the returned value is disposed.</summary>
    protected TurnScope EnterTurn() => new(this);

    /// <summary>Queues work.</summary>
    /// <returns>False if root work is refused, or if a continuation comes after the executor's last turn.</returns>
    protected abstract bool TryEnqueue(ExecutorWork work, WorkKind kind);

    /// <summary>Queues root work, waiting for a free place if this executor waits when it is full.</summary>
    /// <exception cref="ExecutorRejectedException">The work was refused.</exception>
    protected virtual ValueTask AdmitAsync(ExecutorWork work, CancellationToken cancellationToken) =>
        TryEnqueue(work, WorkKind.Root) ? default : ValueTask.FromException(Rejected());

    /// <summary>Called when <c>RunAsync</c> work is about to be admitted: it is in flight until <see cref="OnRootCompleted"/>.</summary>
    protected abstract void OnRootStarted();

    /// <summary>Called when <c>RunAsync</c> work has ended or was refused.</summary>
    protected abstract void OnRootCompleted();

    /// <summary>Says in one sentence why root work is refused now, and what to do.</summary>
    protected abstract string DescribeRejection();

    /// <summary>Runs a continuation that came after the executor's last turn, so that the awaiting method can still clean up.</summary>
    protected virtual void RunAfterStop(ExecutorWork work) => CleanThreads.QueueToPool(work);

    private static ExecutorWork WithContext(Action<object?> callback, object? state)
    {
        var context = ExecutionContext.Capture();
        return context is null || ReferenceEquals(context, HomeContext.Known)
            ? new ExecutorWork(callback, state)
            : new ExecutorWork(new ContextWork(callback, state, context));
    }
}
