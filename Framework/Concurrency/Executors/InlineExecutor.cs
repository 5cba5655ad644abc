using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Runs work on the thread that posts it, before the post returns: for tests and tiny work.</summary>
/// <remarks>
/// A continuation runs on the thread that completed what was awaited, with the executor current. Work that is posted from
/// within a turn on the same thread runs after that turn, in order: no recursion, whatever posts what. Turns of different
/// threads may run at the same time. It has no threads, so its <see cref="Executor.TimeProvider"/> is the one that it was given.
/// </remarks>
public sealed class InlineExecutor : Executor, IExecutorEngine
{
    [ThreadStatic]
    private static InlineTurn? t_turn;

    private readonly ExecutorOptions _options;
    private readonly ExecutorLifetime _lifetime;
    private readonly ExecutorSynchronizationContext _context;
    private long _accepted;
    private long _started;
    private long _executed;
    private long _failed;
    private long _rejected;
    private long _longTurns;
    private long _runMilliseconds;
    private long _runAfterStop;
    private int _queuedHighWater;
    private volatile bool _closed;

    /// <summary>Makes an inline executor.</summary>
    /// <param name="name">Shown in statistics and messages; not empty.</param>
    public InlineExecutor(string name = "inline")
        : this(new ExecutorOptions { Name = name })
    {
    }

    /// <summary>Makes an inline executor.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public InlineExecutor(ExecutorOptions options)
        : base(Checked(options).Name)
    {
        _options = options;
        _context = BlockingWatch.CreateContext(this, options);
        _lifetime = new ExecutorLifetime(this, options, this);
        HomeContext.Get();
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.Inline;

    /// <inheritdoc/>
    public override int MaximumConcurrency => int.MaxValue;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => _options.TimeProvider;

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => _context;

    /// <inheritdoc/>
    public override CancellationToken Stopping => _lifetime.Stopping;

    /// <inheritdoc/>
    public override ExecutorStatistics Statistics
    {
        get
        {
            var executed = Volatile.Read(ref _executed);
            var started = Volatile.Read(ref _started);
            var accepted = Volatile.Read(ref _accepted);
            return Tally.AddTo(new ExecutorStatistics
            {
                Accepted = accepted,
                Executed = executed,
                Rejected = Volatile.Read(ref _rejected),
                Failed = Volatile.Read(ref _failed),
                Queued = (int)(accepted - started),
                QueuedHighWater = Volatile.Read(ref _queuedHighWater),
                Running = (int)(started - executed),
                InFlight = _lifetime.InFlight,
                Delayed = Delayed,
                RunTime = TimeSpan.FromMilliseconds(Volatile.Read(ref _runMilliseconds)),
                LongTurns = Volatile.Read(ref _longTurns),
                BlockingWaits = BlockingWatch.CountOf(_context),
                BlockedThreads = BlockingWatch.BlockedOf(_context),
                RunAfterStop = Volatile.Read(ref _runAfterStop),
            });
        }
    }

    internal override bool IsClosing => _lifetime.Phase != ExecutorPhase.Running;

    internal override long CoarseNow => CoarseClock.Milliseconds();

    // There is no queue that could be full.
    internal override ValueTask AdmitDelayedAsync(ExecutorWork work, CancellationToken cancellationToken) => QueueAccepted(work);

    internal override Exception? OnRefused() => RejectionHook.Call(this, _options);

    /// <inheritdoc/>
    internal override object? TurnDetail
    {
        get => t_turn;
        set => t_turn = (InlineTurn?)value;
    }

    /// <inheritdoc/>
    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) => SharedSelector.Watch(descriptor, this);

    /// <inheritdoc/>
    public override Task<bool> DrainAsync(TimeSpan timeout) => _lifetime.DrainAsync(timeout);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _lifetime.DisposeAsync();

    void IExecutorEngine.CloseRoots()
    {
    }

    void IExecutorEngine.RefuseWaiters()
    {
    }

    void IExecutorEngine.Attend() => LookForEnd();

    /// <inheritdoc/>
    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind)
    {
        // Counted before the phase is read: a drain that begins meanwhile either sees this work or is seen by it.
        Interlocked.Increment(ref _accepted);
        if (_closed || (kind == WorkKind.Root && _lifetime.Phase != ExecutorPhase.Running))
        {
            Interlocked.Decrement(ref _accepted);
            if (kind == WorkKind.Root)
            {
                Interlocked.Increment(ref _rejected);
            }

            LookForEnd();
            return false;
        }

        if (t_turn?.Find(this) is { } turn)
        {
            turn.Pending.Enqueue(work);
            _queuedHighWater = Math.Max(_queuedHighWater, turn.Pending.Count);
            return true;
        }

        RunTurns(work);
        return true;
    }

    /// <inheritdoc/>
    protected override void OnRootStarted() => _lifetime.RootStarted();

    /// <inheritdoc/>
    protected override void OnRootCompleted() => _lifetime.RootCompleted();

    /// <inheritdoc/>
    protected override string DescribeRejection() => ExecutorMessages.Stopped(this, _lifetime.Phase);

    /// <inheritdoc/>
    protected override void RunAfterStop(ExecutorWork work)
    {
        Interlocked.Increment(ref _runAfterStop);
        base.RunAfterStop(work);
    }

    private static ExecutorOptions Checked(ExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        return options;
    }

    private void RunTurns(ExecutorWork work)
    {
        var outer = t_turn;
        var turn = t_turn = new InlineTurn(this, outer);
        using var context = HomeContext.Enter();
        var watch = new TurnWatch(this, _options, hasWatchdog: false);
        watch.Resume();
        try
        {
            using (EnterTurn())
            {
                do
                {
                    // Every turn starts without the values of the thread that happens to run it.
                    ExecutionContext.Restore(context.Home);
                    SynchronizationContext.SetSynchronizationContext(_context);
                    RunTurn(work);
                    watch.TurnEnded(work);
                }
                while (turn.Pending.TryDequeue(out work));
            }
        }
        finally
        {
            t_turn = outer;
            Interlocked.Add(ref _longTurns, watch.LongTurns);
            Interlocked.Add(ref _runMilliseconds, watch.RunMilliseconds);
        }

        if (_lifetime.Phase != ExecutorPhase.Running)
        {
            LookForEnd();
        }
    }

    private void RunTurn(ExecutorWork work)
    {
        Interlocked.Increment(ref _started);
        try
        {
            work.Execute();
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref _failed);
            UnhandledFailure.Report(this, _options, error);
        }

        Interlocked.Increment(ref _executed);
    }

    private void LookForEnd()
    {
        if (_lifetime.Phase == ExecutorPhase.Running || _lifetime.HasEnded)
        {
            return;
        }

        var idle = _lifetime.InFlight == 0 && Volatile.Read(ref _executed) == Volatile.Read(ref _accepted);
        if (idle)
        {
            _lifetime.CompleteDrain();
        }

        if (_lifetime.Phase == ExecutorPhase.Stopping && (idle || _lifetime.DeadlinePassed))
        {
            _closed = true;
            SharedSelector.EndWatches(this);
            _lifetime.CompleteEnd();
        }
    }
}
