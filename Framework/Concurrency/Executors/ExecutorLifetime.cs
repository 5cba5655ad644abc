using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Counts the work in flight and leads an executor through draining and stopping to its end.</summary>
#pragma warning disable CA1001 // a token source without a timer owns nothing, and its token outlives the executor
internal sealed class ExecutorLifetime(Executor owner, ExecutorOptions options, IExecutorEngine engine, bool countsHere = false)
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_stuckGrace = TimeSpan.FromSeconds(1);

    private readonly QuietLock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FailureLedger _failures = Attach(owner, options);
    private volatile ExecutorPhase _phase;
    private volatile bool _deadlinePassed;
    private int _inFlight;

    // The share of the one thread that runs all turns, and so counts without a fence; below zero if it ended what others started.
    private int _inFlightHere;
    private volatile bool _isOver;
    private ITimer? _deadline;

    public ExecutorPhase Phase => _phase;

    /// <summary>Whether the time that stopping work has for cleaning up is over.</summary>
    public bool DeadlinePassed => _deadlinePassed;

    public int InFlight => Math.Max(0, Volatile.Read(ref _inFlight) + Volatile.Read(ref _inFlightHere));

    public CancellationToken Stopping => _stopping.Token;

    public bool HasEnded => _ended.Task.IsCompleted;

    public void RootStarted() => Interlocked.Increment(ref _inFlight);

    public void RootCompleted()
    {
        var left = Interlocked.Decrement(ref _inFlight);
        if (_phase != ExecutorPhase.Running && (left == 0 || countsHere))
        {
            engine.Attend();
        }
    }

    /// <summary><see cref="RootStarted"/> in a turn of an executor that has one thread, which looks at the count after its turns.</summary>
    public void RootStartedHere() => Volatile.Write(ref _inFlightHere, _inFlightHere + 1);

    /// <summary><see cref="RootCompleted"/> in such a turn.</summary>
    public void RootCompletedHere() => Volatile.Write(ref _inFlightHere, _inFlightHere - 1);

    /// <summary>The engine saw that nothing is queued, running or in flight after new work was refused.</summary>
    public void CompleteDrain() => CleanThreads.Run(static drained => ((TaskCompletionSource)drained!).TrySetResult(), _drained);

    /// <summary>The last thread of the executor has ended, or its last turn if it has no threads.</summary>
    public void CompleteEnd()
    {
        CompleteDrain();

        // Whoever sets the deadline looks in the other order.
        _isOver = true;
        Interlocked.MemoryBarrier();
        _deadline?.Dispose();
        try
        {
            _failures.Close();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public Task<bool> DrainAsync(TimeSpan timeout)
    {
        DrainRules.Validate(owner, timeout);
        MoveTo(ExecutorPhase.Draining);
        engine.Attend();
        return LongWait.EndsInTimeAsync(_drained.Task, timeout, options.TimeProvider);
    }

    public ValueTask DisposeAsync()
    {
        if (MoveTo(ExecutorPhase.Stopping))
        {
            _deadline = options.TimeProvider.CreateTimer(
                static self => ((ExecutorLifetime)self!).PassDeadline(), this, options.ShutdownTimeout, Timeout.InfiniteTimeSpan);
            Interlocked.MemoryBarrier();
            if (_isOver)
            {
                // The last work ended while the timer was made.
                _deadline.Dispose();
            }

            _ = CancelAsync();
            engine.Attend();
        }

        return owner.IsCurrent ? default : new ValueTask(WaitForEndAsync());
    }

    private static FailureLedger Attach(Executor owner, ExecutorOptions options)
    {
        TaskTracking.Attach();
        var unseen = new UnseenFailures(owner, options);
        var failures = new FailureLedger(unseen.Report, unseen.End);
        owner.Failures = failures;
        return failures;
    }

    private bool MoveTo(ExecutorPhase phase)
    {
        using (_gate.EnterScope())
        {
            if (_phase >= phase)
            {
                return false;
            }

            engine.CloseRoots();
            _phase = phase;
        }

        engine.RefuseWaiters();
        return true;
    }

    private async Task CancelAsync()
    {
        try
        {
            // The callbacks of the token run on the .NET pool: the disposing thread may be anybody's.
            await _stopping.CancelAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            ExecutorLog.StoppingCallbackFailed(options.Log, owner, error);
        }
    }

    private void PassDeadline()
    {
        _deadlinePassed = true;
        engine.Attend();
    }

    private async Task WaitForEndAsync()
    {
        var patience = options.ShutdownTimeout == Timeout.InfiniteTimeSpan ? options.ShutdownTimeout : options.ShutdownTimeout + s_stuckGrace;
        try
        {
            await _ended.Task.WaitAsync(patience, options.TimeProvider).ConfigureAwait(Executor.Current is not null);
        }
        catch (TimeoutException)
        {
            // A turn that never returns cannot be ended from outside; its background thread does not keep the process alive.
            ExecutorLog.TurnNeverEnded(options.Log, owner, patience);
        }
    }
}
