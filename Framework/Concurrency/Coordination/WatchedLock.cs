using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A lock that <see cref="LockWatch"/> can look at.</summary>
internal abstract class WatchedLock : WaitOwner
{
    /// <summary>What the user calls it.</summary>
    public abstract string Kind { get; }

    /// <summary>The wait that is to end next, and how many there are; null if nobody waits. Takes the gate.</summary>
    public (object? First, int Count) LookAtWaiters()
    {
        Enter();
        var seen = LookAtWaitersLocked();
        Exit();
        return (seen.First?.Wait, seen.Count);
    }

    /// <summary>Whether a key holds the lock at this moment. Takes the gate.</summary>
    public bool IsHeldBy(IDisposable key)
    {
        Enter();
        var isHeld = IsHeldByLocked(key);
        Exit();
        return isHeld;
    }

    /// <summary>Somebody has begun to wait; called without the gate.</summary>
    internal sealed override void OnWait() => LockWatch.Current?.Watch(this);

    protected abstract (TaskWaiter? First, int Count) LookAtWaitersLocked();

    protected abstract bool IsHeldByLocked(IDisposable key);

    /// <summary>Whether a key stands for somebody in the queue.</summary>
    protected static bool IsWaitingLocked<TResult>(WaiterQueue queue, IDisposable key)
    {
        for (var node = queue.Head; node is not null; node = node.Next)
        {
            if (node is TaskWaiter<TResult> waiter && ReferenceEquals(waiter.Result, key))
            {
                return true;
            }
        }

        return false;
    }
}
