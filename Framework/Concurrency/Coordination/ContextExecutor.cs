using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>The loop of an <see cref="AsyncContext"/>: it ends by itself when nothing is queued or under way.</summary>
/// <remarks>
/// Not the cooperative executor: that one ends with its main program and cancels what is left, this one ends with the last operation;
/// that one reports a failed callback, this one throws it out of the loop. As an executor it is where awaits of this library return to.
/// </remarks>
internal sealed class ContextExecutor : Executor
{
    private const int Over = int.MinValue / 2;

    private readonly ConcurrentQueue<ExecutorWork> _queue = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _operations;
    private int _inFlight;
    private long _accepted;
    private long _executed;
    private long _rejected;
    private bool _refuses;

    public ContextExecutor()
        : base("async context")
    {
        SynchronizationContext = new ContextSynchronizationContext(this);
    }

    public override ExecutorKind Kind => ExecutorKind.Cooperative;

    public override TimeProvider TimeProvider => TimeProvider.System;

    public override SynchronizationContext SynchronizationContext { get; }

    public override CancellationToken Stopping => _stopping.Token;

    public override ExecutorStatistics Statistics => new()
    {
        Accepted = Volatile.Read(ref _accepted),
        Executed = Volatile.Read(ref _executed),
        Rejected = Volatile.Read(ref _rejected),
        Queued = _queue.Count,
        InFlight = Volatile.Read(ref _inFlight),
    };

    /// <summary>The operations that keep the loop from ending: queued callbacks, and whatever was announced.</summary>
    public int Operations => Math.Max(0, Volatile.Read(ref _operations));

    /// <summary>Announces an operation.</summary>
    /// <returns>False if the loop has ended.</returns>
    public bool TryBegin()
    {
        var seen = Volatile.Read(ref _operations);
        while (seen >= 0)
        {
            var before = Interlocked.CompareExchange(ref _operations, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Ends an operation; the last one ends the loop.</summary>
    public void End()
    {
        if (Volatile.Read(ref _operations) > 0 && Interlocked.Decrement(ref _operations) == 0)
        {
            TryFinish();
        }
    }

    /// <summary>Ends a loop that has nothing to do.</summary>
    public void TryFinish()
    {
        if (Interlocked.CompareExchange(ref _operations, Over, 0) == 0)
        {
            _ended.TrySetResult();
            _wake.Set();
        }
    }

    /// <summary>Runs callbacks on the calling thread until no operation is left; what a callback throws ends the loop.</summary>
    public void Run()
    {
        using var turn = EnterTurn();
        using var home = HomeContext.Enter();
        try
        {
            while (Volatile.Read(ref _operations) > 0)
            {
                if (!_queue.TryDequeue(out var work))
                {
                    _wake.WaitOne();
                    continue;
                }

                work.Execute();
                _executed++;
                ExecutionContext.Restore(home.Home);
                End();
            }
        }
        finally
        {
            Volatile.Write(ref _operations, Over);
            _ended.TrySetResult();
            _stopping.Cancel();
        }
    }

    /// <summary>Queues a callback.</summary>
    /// <returns>False if the loop has ended.</returns>
    public bool TryQueue(ExecutorWork work)
    {
        if (!TryBegin())
        {
            return false;
        }

        Interlocked.Increment(ref _accepted);
        _queue.Enqueue(work);
        _wake.Set();
        return true;
    }

    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) => throw new NotSupportedException(
        "An AsyncContext watches no descriptors. Run the source on a CooperativeExecutor or a DedicatedThreadExecutor.");

    public override Task<bool> DrainAsync(TimeSpan timeout)
    {
        DrainRules.Validate(this, timeout);
        Volatile.Write(ref _refuses, true);
        return LongWait.EndsInTimeAsync(_ended.Task, timeout, TimeProvider);
    }

    /// <summary>Refuses new work; the loop ends with what is under way.</summary>
    public override ValueTask DisposeAsync()
    {
        Volatile.Write(ref _refuses, true);
        TryFinish();
        _stopping.Cancel();
        return default;
    }

    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind)
    {
        if ((kind == WorkKind.Continuation || !Volatile.Read(ref _refuses)) && TryQueue(work))
        {
            return true;
        }

        Interlocked.Increment(ref _rejected);
        return false;
    }

    protected override void OnRootStarted()
    {
        Interlocked.Increment(ref _inFlight);
        TryBegin();
    }

    protected override void OnRootCompleted()
    {
        Interlocked.Decrement(ref _inFlight);
        End();
    }

    protected override string DescribeRejection() =>
        $"The {this} has ended and takes no more work. Start the work before the last operation ends, or keep the context alive with OperationStarted.";

    private sealed class ContextSynchronizationContext(ContextExecutor executor) : ExecutorSynchronizationContext(executor)
    {
        public override void OperationStarted() => executor.TryBegin();

        public override void OperationCompleted() => executor.End();
    }
}
