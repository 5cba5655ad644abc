using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Begins the waits of one owner that end with one type of result, and keeps their waiters for reuse.</summary>
internal sealed class TaskWaiters<TResult>(WaitOwner owner)
{
    private WaiterCache<TaskWaiter<TResult>> _idle;

    internal WaitOwner Owner => owner;

    /// <summary>Makes a waiter ready; called before the gate is taken when it looks as if there would be a wait, so that nothing is allocated inside.</summary>
    /// <param name="result">What the waiter gets when it is granted.</param>
    /// <param name="cancellationToken">Ends the wait; if it is cancelled already, there will be none.</param>
    internal TaskWaiter<TResult>? Prepare(TResult result, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? null : Begin(result, cancellationToken.CanBeCanceled);

    /// <summary>Lets the caller wait behind those that already do, unless its token is cancelled; called with the gate held, which it leaves.</summary>
    /// <param name="queue">The queue of the owner to wait in.</param>
    /// <param name="result">What the waiter gets when it is granted.</param>
    /// <param name="cancellationToken">Ends the wait; if it is cancelled already, there is none.</param>
    /// <param name="prepared">What <see cref="Prepare"/> has returned for the same arguments, if it was called.</param>
    internal Task<TResult> WaitAndExit(
        WaiterQueue queue, TResult result, CancellationToken cancellationToken, TaskWaiter<TResult>? prepared = null)
    {
        var waiter = prepared;
        Task<TResult> task;
        try
        {
            if (waiter is null && cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<TResult>(cancellationToken);
            }

            waiter ??= Begin(result, cancellationToken.CanBeCanceled);
            task = waiter.Task;
            queue.Enqueue(waiter);
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

        if (LockWatch.IsEnabled)
        {
            owner.OnWait();
        }

        return task;
    }

    /// <summary>Begins a wait that is put into a queue by the caller; one that is cancellable is owed a call of <see cref="TaskWaiter.CancelWith"/>.</summary>
    internal TaskWaiter<TResult> Begin(TResult result, bool isCancellable)
    {
        var waiter = _idle.TryTake() ?? new TaskWaiter<TResult>(this);
        waiter.Begin(result, isCancellable);
        return waiter;
    }

    internal void Return(TaskWaiter<TResult> waiter) => _idle.Return(waiter);
}
