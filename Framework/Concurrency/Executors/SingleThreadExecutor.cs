using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>An executor whose turns all run on one thread, one after the other.</summary>
/// <remarks>
/// Code on it needs no locks for what it shares with other code on it, as long as it does not await in the middle of a change.
/// Ready work, posts of other threads, timers and descriptors are served in turn: none of them can starve the others.
/// </remarks>
public abstract class SingleThreadExecutor : Executor
{
    private readonly ExecutorOptions _options;
    private readonly EventLoop _loop;
    private readonly ExecutorSynchronizationContext _context;
    private readonly ExecutorPresence _presence;
    private int _threads;
    private int _threadsHighWater;
    private long _runAfterStop;

    private protected SingleThreadExecutor(ExecutorOptions options, LoopSettings settings)
        : base(options.Name)
    {
        _options = options;
        _context = BlockingWatch.CreateContext(this, options);
        _presence = new ExecutorPresence(this);
        _loop = new EventLoop(this, options, _context, settings.Checked());
    }

    /// <inheritdoc/>
    public sealed override TimeProvider TimeProvider => _loop.TimeProvider;

    /// <inheritdoc/>
    public sealed override SynchronizationContext SynchronizationContext => _context;

    /// <inheritdoc/>
    public sealed override CancellationToken Stopping => _loop.Lifetime.Stopping;

    /// <inheritdoc/>
    public sealed override ExecutorStatistics Statistics =>
        Tally.AddTo(_loop.Snapshot(Volatile.Read(ref _threads), Volatile.Read(ref _runAfterStop)) with
        {
            Delayed = Delayed,
            ThreadsHighWater = Volatile.Read(ref _threadsHighWater),
            BlockingWaits = BlockingWatch.CountOf(_context),
            BlockedThreads = BlockingWatch.BlockedOf(_context),
        });

    internal sealed override bool IsClosing => _loop.Lifetime.Phase != ExecutorPhase.Running;

    internal sealed override long CoarseNow => CoarseClock.Milliseconds();

    internal sealed override long TurnBegan => _loop.TurnBegan;

    /// <inheritdoc/>
    public sealed override DescriptorReadiness WatchDescriptor(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return _loop.Watch(descriptor);
    }

    /// <inheritdoc/>
    public sealed override Task<bool> DrainAsync(TimeSpan timeout) => _loop.Lifetime.DrainAsync(timeout);

    /// <inheritdoc/>
    public sealed override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _loop.Lifetime.DisposeAsync();
    }

    /// <summary>Timers that are set.</summary>
    internal int Timers => _loop.Timers;

    internal sealed override ValueTask AdmitDelayedAsync(ExecutorWork work, CancellationToken cancellationToken) =>
        _loop.RefusesDelayed() ? ValueTask.FromException(Rejected()) : QueueAccepted(work);

    internal sealed override Exception? OnRefused() => RejectionHook.Call(this, _options);

    internal sealed override void CountStarted(int milliseconds) => Tally.CountStartedAlone(milliseconds);

    internal sealed override ValueTask StartRootAsync(ExecutorWork work, CancellationToken cancellationToken)
    {
        if (!IsCurrent)
        {
            return base.StartRootAsync(work, cancellationToken);
        }

        _loop.Lifetime.RootStartedHere();
        return _loop.TryEnqueueHere(work, WorkKind.Root) ? default : ValueTask.FromException(Rejected());
    }

    // Continuations are never refused in a turn.
    internal sealed override void ResumeHere(ExecutorWork work) => _loop.TryEnqueueHere(work, WorkKind.Continuation);

    /// <summary>Runs a callback on the .NET thread pool because the executor has ended.</summary>
    internal void RunElsewhere(ExecutorWork work) => RunAfterStop(work);

    /// <summary>Runs the loop on the calling thread until the executor ends, or until a task of it has completed.</summary>
    private protected void RunLoop(Task? until = null)
    {
        _presence.Show();
        Volatile.Write(ref _threadsHighWater, 1);
        Volatile.Write(ref _threads, 1);
        using (EnterTurn())
        {
            _loop.Run(until);
        }

        Volatile.Write(ref _threads, 0);
        _presence.Hide();
    }

    /// <summary>Gives the executor a thread of its own.</summary>
    private protected void StartThread(int stackSize, Action? prepare)
    {
        var thread = new Thread(
            () =>
            {
                prepare?.Invoke();
                RunLoop();
                ReportEnd(Thread.CurrentThread);
            },
            stackSize)
        {
            IsBackground = true,
            Name = Name,
        };
        Volatile.Write(ref _threads, 1);
        _presence.Show();
        CleanThreads.Run(static thread => ((Thread)thread!).UnsafeStart(), thread);
    }

    /// <summary>The loop of a thread that the caller owns has returned.</summary>
    private protected void CompleteEnd() => _loop.Lifetime.CompleteEnd();

    /// <summary>Called once, after the executor's own thread has ended.</summary>
    private protected virtual void OnThreadEnded()
    {
    }

    /// <inheritdoc/>
    protected sealed override bool TryEnqueue(ExecutorWork work, WorkKind kind) => _loop.TryEnqueue(work, kind);

    /// <inheritdoc/>
    protected sealed override void OnRootStarted()
    {
        if (IsCurrent)
        {
            _loop.Lifetime.RootStartedHere();
        }
        else
        {
            _loop.Lifetime.RootStarted();
        }
    }

    /// <inheritdoc/>
    protected sealed override void OnRootCompleted()
    {
        if (IsCurrent)
        {
            _loop.Lifetime.RootCompletedHere();
        }
        else
        {
            _loop.Lifetime.RootCompleted();
        }
    }

    /// <inheritdoc/>
    protected sealed override string DescribeRejection() => _loop.DescribeRejection();

    /// <inheritdoc/>
    protected sealed override void RunAfterStop(ExecutorWork work)
    {
        Interlocked.Increment(ref _runAfterStop);
        base.RunAfterStop(work);
    }

    private void ReportEnd(Thread thread) =>
        CleanThreads.QueueToPool(new ExecutorWork(() =>
        {
            // Whoever awaits the disposal finds the thread gone, not about to go.
            thread.Join();
            OnThreadEnded();
            CompleteEnd();
        }));
}
