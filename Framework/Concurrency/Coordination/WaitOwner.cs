using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>The state of one coordination type, behind its gate, with the queues of those who wait for it.</summary>
/// <remarks>
/// <para>All types of this namespace wait in the same way. Under the gate a waiter is granted what it waits for, by taking it out of
/// its queue; after the gate was left its task is completed. A grant and a cancellation can race, and the one that finds the waiter
/// in the queue wins: a cancelled waiter took nothing, and one that was granted is not cancelled any more.</para>
/// <para>Members called <c>...Locked</c> are called with the gate held; what they settle is published after it was left.</para>
/// </remarks>
internal abstract class WaitOwner : WaiterOwner
{
    /// <summary>Ends a wait whose token was cancelled, unless its outcome is decided already; called without the gate.</summary>
    internal virtual void OnCancelled(TaskWaiter waiter, CancellationToken token)
    {
        if (TryWithdraw(waiter))
        {
            waiter.SettleCancelled(token);
            waiter.Publish();
            AfterWithdrawal();
        }
    }

    /// <summary>Called without the gate after somebody has begun to wait.</summary>
    internal virtual void OnWait()
    {
    }

    /// <summary>Grants all waiters of a queue what was put down for them when they began to wait.</summary>
    protected static void GrantAllLocked(WaiterQueue queue, ref WaiterChain settled)
    {
        while (!queue.IsEmpty)
        {
            settled.Add(queue.Dequeue());
        }
    }
}
