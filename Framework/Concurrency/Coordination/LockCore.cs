using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>The state of an <see cref="AsyncLock"/> and of the condition variables that belong to it.</summary>
/// <remarks>
/// The lock is handed from the one who leaves to the one who has waited longest; it is never free while somebody waits. The queue of a
/// condition variable is guarded by the same gate: a notified waiter moves from there into the queue of the lock without running.
/// </remarks>
internal sealed class LockCore : WatchedLock
{
    private readonly WaiterQueue _entering = new();
    private readonly TaskWaiters<IDisposable> _waiters;
    private LockKey? _holder;

    public LockCore() => _waiters = new TaskWaiters<IDisposable>(this);

    public override string Kind => nameof(AsyncLock);

    public bool IsHeld => Volatile.Read(ref _holder) is not null;

    /// <summary>Enters; in a simulation, when the schedule lets the caller go.</summary>
    public ValueTask<IDisposable> EnterInTurnAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Acquire, this, static (core, token) => core.EnterAsync(token), this, cancellationToken)
            : EnterAsync(cancellationToken);

    public ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        var key = new LockKey(this);
        LockSites.Record(key, this);
        var waiter = _holder is null ? null : _waiters.Prepare(key, cancellationToken);
        Enter();
        if (_holder is null)
        {
            _holder = key;
            Exit();
            waiter?.Discard();
            return new ValueTask<IDisposable>(key);
        }

        return new ValueTask<IDisposable>(_waiters.WaitAndExit(_entering, key, cancellationToken, waiter));
    }

    public bool TryEnter([NotNullWhen(true)] out LockKey? key)
    {
        Interleaving.Touch(OperationKind.Acquire, this);
        key = new LockKey(this);
        LockSites.Record(key, this);
        Enter();
        var entered = _holder is null;
        if (entered)
        {
            _holder = key;
        }

        Exit();
        if (entered)
        {
            Interleaving.Took(OperationKind.Acquire, this);
        }

        key = entered ? key : null;
        return entered;
    }

    public void Leave(LockKey key)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        var isHolder = ReferenceEquals(_holder, key);
        key.End();
        if (isHolder)
        {
            HandOverLocked(ref settled);
        }

        Exit();
        settled.Publish();
    }

    /// <summary>Leaves the lock, waits for a notification, and takes the lock again, whether it was notified or cancelled.</summary>
    public Task WaitForNotification(WaiterQueue condition, CancellationToken cancellationToken)
    {
        var settled = default(WaiterChain);
        TaskWaiter<IDisposable> waiter;
        Task<IDisposable> task;
        Enter();
        try
        {
            ThrowIfFreeLocked("wait for a notification");
            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled(cancellationToken);
            }

            waiter = _waiters.Begin(_holder!, cancellationToken.CanBeCanceled);
            task = waiter.Task;
            condition.Enqueue(waiter);
            HandOverLocked(ref settled);
        }
        finally
        {
            Exit();
        }

        if (cancellationToken.CanBeCanceled)
        {
            waiter.CancelWith(cancellationToken);
        }

        settled.Publish();
        return task;
    }

    /// <summary>Lets those who wait for a notification go on, as soon as they get the lock.</summary>
    public void Notify(WaiterQueue condition, bool all)
    {
        Enter();
        try
        {
            ThrowIfFreeLocked("notify");
            while (!condition.IsEmpty)
            {
                ReenterLocked((TaskWaiter<IDisposable>)condition.Dequeue());
                if (!all)
                {
                    break;
                }
            }
        }
        finally
        {
            Exit();
        }

        if (LockWatch.IsEnabled)
        {
            OnWait();
        }
    }

    internal override void OnCancelled(TaskWaiter waiter, CancellationToken token)
    {
        var settled = default(WaiterChain);
        Enter();
        try
        {
            if (waiter.Queue is not { } queue || waiter.IsCommitted)
            {
                return;
            }

            queue.Remove(waiter);
            waiter.SettleCancelled(token);
            if (ReferenceEquals(queue, _entering))
            {
                settled.Add(waiter);
            }
            else
            {
                ReenterLocked((TaskWaiter<IDisposable>)waiter);
                if (_holder is null)
                {
                    HandOverLocked(ref settled);
                }
            }
        }
        finally
        {
            Exit();
        }

        settled.Publish();
    }

    /// <summary>Gives the lock to the one who has waited longest, if there is one.</summary>
    private void HandOverLocked(ref WaiterChain settled)
    {
        _holder = null;
        while (!_entering.IsEmpty)
        {
            var next = (TaskWaiter<IDisposable>)_entering.Dequeue();
            settled.Add(next);

            // Disposed while its holder waited for a notification: it is to hold the lock no more.
            var key = (LockKey)next.Result;
            if (!key.IsDisposed)
            {
                _holder = key;
                return;
            }
        }
    }

    private void ReenterLocked(TaskWaiter<IDisposable> waiter)
    {
        waiter.IsCommitted = true;
        waiter.State = WaiterState.Idle;
        _entering.Enqueue(waiter);
    }

    private void ThrowIfFreeLocked(string action)
    {
        if (_holder is null)
        {
            throw new SynchronizationLockException(
                $"Nobody holds the lock that belongs to this condition, so nobody can {action}. Take the lock first: using (await mutex.LockAsync()).");
        }
    }

    protected override (TaskWaiter? First, int Count) LookAtWaitersLocked() => ((TaskWaiter?)_entering.Head, _entering.Count);

    protected override bool IsHeldByLocked(IDisposable key) => ReferenceEquals(_holder, key);

    protected override void AssertInvariants() =>
        Debug.Assert(_holder is not null || _entering.IsEmpty, "A lock is not free while somebody waits for it.");
}
