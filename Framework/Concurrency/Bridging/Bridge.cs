using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;

namespace Concurrency.Bridging;

/// <summary>Synchronous code that may wait for asynchronous work: the part that does not depend on its result.</summary>
internal abstract class Bridge : BridgeJob, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static Bridge? t_bridge;

    private readonly Executor? _home = Executor.Current;
    private readonly CancellationToken _cancellationToken;
    private readonly bool _requireAwait;
    private CancellationTokenRegistration _onCancelled;
    private CancellationTokenRegistration _onStopping;
    private int _cancelled;
    private int _stopping;
    private BridgeWait? _spare;
    private volatile BridgeWait? _wait;
    private volatile PassedOnCancellation? _passedOn;
    private volatile Task? _awaited;
    private long _awaitedSince;
    private bool _isStarting;
    private bool _hasAwaited;

    protected Bridge(BridgeThreads threads, Delegate code, bool requireAwait, CancellationToken cancellationToken)
        : base(threads, code)
    {
        _requireAwait = requireAwait;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The bridge whose code the calling thread runs, or null.</summary>
    public static new Bridge? Current => t_bridge;

    /// <summary>Starts the code: in the caller's turn if there is a thread, like an asynchronous method; later otherwise.</summary>
    public void Start()
    {
        if (_cancellationToken.IsCancellationRequested)
        {
            CompleteCancelled(_cancellationToken);
            return;
        }

        _home?.RootStarted();
        _onCancelled = _cancellationToken.UnsafeRegister(static self => ((Bridge)self!).Interrupt(ref ((Bridge)self)._cancelled), this);
        _onStopping = (_home?.Stopping ?? default).UnsafeRegister(static self => ((Bridge)self!).Interrupt(ref ((Bridge)self)._stopping), this);
        try
        {
            if (!Threads.TryAssign(this, wait: true))
            {
                if (IsInterrupted)
                {
                    LeaveLine();
                }

                return;
            }
        }
        catch (InvalidOperationException error)
        {
            FailToStart(error);
            return;
        }

        if (_home is null)
        {
            RunFreely();
        }
        else
        {
            LendAndWait();
        }
    }

    private bool IsInterrupted => Volatile.Read(ref _cancelled) == 1 || Volatile.Read(ref _stopping) == 1;

    public override void StartLate() => Resume();

    public override void Describe(LiveDetails details)
    {
        var since = Volatile.Read(ref _awaitedSince);
        var awaited = _awaited;
        details.Add("state", awaited is null ? "running" : "parked");
        if (_home is not null)
        {
            details.Add("executor", _home.Name);
        }

        if (awaited is not null)
        {
            details.Add("waits-for", WorkDescription.NameOf(awaited));
            details.Add("for", BridgeThreads.Since(since));
        }
    }

    public override void FailToStart(Exception error)
    {
        Unregister();
        KeepFailure(error);
        Complete();
    }

    /// <summary>Lets the code go on: in a turn of its executor, or beside everybody if it has none.</summary>
    public void Resume()
    {
        if (_home is null)
        {
            RunFreely();
        }
        else
        {
            _home.Resume(new ExecutorWork(this));
        }
    }

    /// <summary>Lends the turn that the calling thread runs; called by the executor.</summary>
    public void Execute()
    {
        if (Executor.Current is null)
        {
            // The executor has ended, and there is no turn to hold.
            RunFreely();
            return;
        }

        TurnWatch.Note("SyncBridge", Code);
        LendAndWait();
    }

    /// <summary>Called by the bridged code, which awaited something that had ended.</summary>
    public void NoteAwait()
    {
        CheckCaller();
        _hasAwaited = true;
    }

    /// <summary>Called by the bridged code: waits until a task has ended, and leaves its outcome to the caller.</summary>
    /// <exception cref="OperationCanceledException">The bridge was cancelled, which is said once.</exception>
    public void Await(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        CheckCaller();
        WaitFor(task);
    }

    /// <summary>Called by the bridged code: starts asynchronous work, and waits until it has ended.</summary>
    public TTask Await<TTask>(Func<TTask> start)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(start);
        CheckCaller();
        ThrowIfInterrupted();
        var task = StartWork(start);
        WaitFor(task);
        return task;
    }

    /// <summary>Called by the bridged code: starts asynchronous work that a cancellation of the bridge is passed on to.</summary>
    public TTask Await<TTask>(Func<CancellationToken, TTask> start)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(start);
        CheckCaller();
        ThrowIfInterrupted();
        var passedOn = new PassedOnCancellation();
        _passedOn = passedOn;
        try
        {
            var task = StartWork(() => start(passedOn.Token));
            WaitFor(task);
            return task;
        }
        finally
        {
            passedOn.End();
            _passedOn = null;
        }
    }

    protected sealed override void RunCode()
    {
        t_bridge = this;
        try
        {
            RunUserCode();
            if (_requireAwait && !_hasAwaited)
            {
                throw new NoAwaitOccurredException(
                    $"{Name} ended without a call of SyncBridge.Await. It blocks where it should await, or needs no bridge.");
            }
        }
        catch (Exception error)
        {
            KeepFailure(error);
        }

        t_bridge = null;
        Unregister();
    }

    protected sealed override void Complete()
    {
        _home?.RootCompleted();
        CompleteTask();
    }

    /// <summary>Calls the user's delegate and keeps its result.</summary>
    protected abstract void RunUserCode();

    protected abstract void KeepFailure(Exception error);

    protected abstract void CompleteTask();

    protected abstract void CompleteCancelled(CancellationToken cancellationToken);

    private void CheckCaller()
    {
        if (_isStarting)
        {
            throw new NoBridgeContextException(
                "SyncBridge.Await was called by asynchronous code that another Await has just started. Asynchronous code awaits: use the await keyword there.");
        }

        if (!ReferenceEquals(Executor.Current, TurnOf))
        {
            throw new NoBridgeContextException(
                $"SyncBridge.Await was called from a turn of the {Executor.Current}, which runs on the bridge's thread but is not the bridge's. Await there with the await keyword.");
        }
    }

    private TTask StartWork<TTask>(Func<TTask> start)
        where TTask : Task
    {
        _isStarting = true;
        try
        {
            return start() ?? throw new InvalidOperationException(
                "The delegate given to SyncBridge.Await returned null instead of a task. Make it async or return Task.CompletedTask.");
        }
        finally
        {
            _isStarting = false;
        }
    }

    private void WaitFor(Task task)
    {
        _hasAwaited = true;
        if (task.IsCompleted)
        {
            return;
        }

        Volatile.Write(ref _awaitedSince, CoarseClock.Milliseconds());
        _awaited = task;
        try
        {
            ParkUntil(task);
        }
        finally
        {
            _awaited = null;
        }
    }

    private void ParkUntil(Task task)
    {
        while (!task.IsCompleted)
        {
            var wait = _spare ?? new BridgeWait(this);
            _spare = null;
            _wait = wait;
            wait.Begin(task);

            // Whoever cancels says so first and looks for the wait then; this looks in the other order.
            Interlocked.MemoryBarrier();
            if (IsInterrupted)
            {
                Deliver();
            }

            Park();
            _wait = null;
            if (!wait.WasInterrupted)
            {
                _spare = wait;
            }
            else
            {
                GiveUp(task);
            }
        }
    }

    private void GiveUp(Task task)
    {
        if (!task.IsCompleted && TryTakeInterrupt(out var token))
        {
            Unawaited.Observe(task, Name, (_, error) => BridgeLog.FailedUnawaited(Threads.Options.Logger, Name, error));
            throw new OperationCanceledException($"{Name} was cancelled while it waited in SyncBridge.Await.", token);
        }
    }

    private void Interrupt(ref int request)
    {
        Volatile.Write(ref request, 1);
        Interlocked.MemoryBarrier();
        if (!LeaveLine())
        {
            Deliver();
        }
    }

    /// <summary>Ends a bridge that was cancelled before it got a thread.</summary>
    private bool LeaveLine()
    {
        if (!Threads.TryRemove(this))
        {
            return false;
        }

        Unregister();
        _home?.RootCompleted();
        CompleteCancelled(Volatile.Read(ref _cancelled) != 0 ? _cancellationToken : _home!.Stopping);
        return true;
    }

    private void Deliver()
    {
        if (_passedOn is not { } passedOn || !passedOn.TryClaim())
        {
            _wait?.Interrupt();
        }
        else if (TryTakeInterrupt(out _))
        {
            passedOn.Cancel();
        }
    }

    private void Unregister()
    {
        _onCancelled.Unregister();
        _onStopping.Unregister();
    }

    private void ThrowIfInterrupted()
    {
        if (TryTakeInterrupt(out var token))
        {
            throw new OperationCanceledException($"{Name} was cancelled before it waited in SyncBridge.Await.", token);
        }
    }

    private bool TryTakeInterrupt(out CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _cancelled, 2, 1) == 1)
        {
            token = _cancellationToken;
            return true;
        }

        token = _home?.Stopping ?? default;
        return Interlocked.CompareExchange(ref _stopping, 2, 1) == 1;
    }
}
