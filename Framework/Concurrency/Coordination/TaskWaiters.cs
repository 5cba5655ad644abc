using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Begins the waits of one owner that end with one type of result, and keeps their waiters for reuse.</summary>
internal sealed class TaskWaiters<TResult>(WaitOwner owner)
{
    private WaiterCache<TaskWaiter<TResult>> _idle;

    internal WaitOwner Owner => owner;

    /// <summary>Lets the caller wait behind those that already do, unless its token is cancelled; called with the gate held, which it leaves.</summary>
    /// <param name="queue">The queue of the owner to wait in.</param>
    /// <param name="result">What the waiter gets when it is granted.</param>
    /// <param name="cancellationToken">Ends the wait; if it is cancelled already, there is none.</param>
    internal Task<TResult> WaitAndExit(WaiterQueue queue, TResult result, CancellationToken cancellationToken)
    {
        TaskWaiter<TResult> waiter;
        Task<TResult> task;
        try
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<TResult>(cancellationToken);
            }

            waiter = EnqueueLocked(queue, result, cancellationToken.CanBeCanceled, out task);
        }
        finally
        {
            owner.Exit();
        }

        // Without a token the waiter may be granted, published and in use for another wait by now.
        if (cancellationToken.CanBeCanceled)
        {
            waiter.CancelWith(cancellationToken);
        }

        return task;
    }

    /// <summary>Puts a waiter into a queue; one that is cancellable is owed a call of <see cref="TaskWaiter.CancelWith"/>.</summary>
    internal TaskWaiter<TResult> EnqueueLocked(WaiterQueue queue, TResult result, bool isCancellable, out Task<TResult> task)
    {
        var waiter = _idle.TryTake() ?? new TaskWaiter<TResult>(this);
        task = waiter.Begin(result, isCancellable);
        queue.Enqueue(waiter);
        return waiter;
    }

    internal void Return(TaskWaiter<TResult> waiter) => _idle.Return(waiter);
}
