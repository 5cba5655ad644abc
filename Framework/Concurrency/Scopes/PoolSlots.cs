using System.Diagnostics;
using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The slots of a pool: who waits for one, first come first served, and who waits for all to be free.</summary>
internal sealed class PoolSlots : WaitOwner
{
    private readonly WaiterQueue _spawners = new();
    private readonly WaiterQueue _drainers = new();
    private readonly TaskWaiters<bool> _waiters;
    private int _size;
    private int _running;

    // Work that has a slot, or has ended and not called all of its links.
    private int _open;
    private Func<Exception>? _closed;

    public PoolSlots(int size)
    {
        _size = size;
        _waiters = new TaskWaiters<bool>(this);
    }

    public int Size => Volatile.Read(ref _size);

    public int Running => Volatile.Read(ref _running);

    public int Waiting => Look(static slots => slots._spawners.Count);

    public int Free => Look(static slots => slots._size - slots._running);

    /// <summary>Whether a slot could be had at this moment.</summary>
    public bool HasFree => Free > 0;

    public static void CheckSize(string name, int size)
    {
        if (size < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size,
                $"The pool '{name}' cannot have a size of {size}. Use 0 or more; with 0 every spawn waits until the pool is resized.");
        }
    }

    /// <summary>Takes a slot if one is free and nobody waits for it.</summary>
    /// <exception cref="OperationCanceledException">The pool is closed.</exception>
    public bool TryTake()
    {
        Interleaving.Touch(OperationKind.Write, this);
        Enter();
        var closed = _closed;
        var taken = closed is null && IsFreeLocked;
        if (taken)
        {
            _running++;
            _open++;
        }

        Exit();
        return closed is null ? taken : throw closed();
    }

    /// <summary>Takes a slot, or waits for one.</summary>
    /// <returns>Null if the slot was taken at once.</returns>
    public Task? TakeAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(
                OperationKind.Receive, this, static (slots, token) => slots.TakeNow(token) is { } wait ? new ValueTask(wait) : default, this, cancellationToken).AsTask()
            : TakeNow(cancellationToken);

    private Task<bool>? TakeNow(CancellationToken cancellationToken)
    {
        var waiter = HasFree ? null : _waiters.Prepare(true, cancellationToken);
        Enter();
        if (_closed is null && !IsFreeLocked)
        {
            return _waiters.WaitAndExit(_spawners, true, cancellationToken, waiter);
        }

        var closed = _closed;
        if (closed is null)
        {
            _running++;
            _open++;
        }

        Exit();
        waiter?.Discard();
        return closed is null ? null : throw closed();
    }

    /// <summary>Counts work that runs in the slot of its caller.</summary>
    public void Borrow()
    {
        Enter();
        _open++;
        Exit();
    }

    /// <summary>Gives a slot back: the work has ended.</summary>
    public void Give() => Change(static (slots, _) => slots._running--, 0);

    /// <summary>The work that <see cref="Give"/> or <see cref="Borrow"/> was called for has called its links.</summary>
    public void Close() => Change(static (slots, _) => slots._open--, 0);

    /// <summary>Gives a slot back that no work has used.</summary>
    public void GiveUnused() => Change(
        static (slots, _) =>
        {
            slots._running--;
            slots._open--;
        },
        0);

    public void Resize(int size) => Change(static (slots, size) => slots._size = size, size);

    /// <summary>Refuses spawners from now on, and those who wait.</summary>
    public void Shut(Func<Exception> why)
    {
        Interleaving.Touch(OperationKind.Complete, this);
        var settled = default(WaiterChain);
        Enter();
        _closed = why;
        while (!_spawners.IsEmpty)
        {
            var spawner = (TaskWaiter)_spawners.Dequeue();
            spawner.SettleFailed(why());
            settled.Add(spawner);
        }

        ServeLocked(ref settled);
        Exit();
        settled.Publish();
    }

    /// <summary>Waits until no work is open and no spawner waits.</summary>
    public Task WaitIdleAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, this, static (slots, token) => new ValueTask(slots.IdleAsync(token)), this, cancellationToken).AsTask()
            : IdleAsync(cancellationToken);

    private Task IdleAsync(CancellationToken cancellationToken)
    {
        Enter();
        if (IsIdleLocked)
        {
            Exit();
            return Task.CompletedTask;
        }

        return _waiters.WaitAndExit(_drainers, true, cancellationToken);
    }

    /// <summary>A spawner that gave up may have been what a drainer waited for.</summary>
    internal override void AfterWithdrawal() => Change(static (_, _) => { }, 0);

    protected override void AssertInvariants()
    {
        Debug.Assert(_open >= _running, "Work that has a slot is open.");
        Debug.Assert(_spawners.IsEmpty || _running >= _size, "No slot is free while somebody waits for one.");
    }

    private bool IsFreeLocked => _running < _size && _spawners.IsEmpty;

    private bool IsIdleLocked => _open == 0 && _spawners.IsEmpty;

    private int Look(Func<PoolSlots, int> look)
    {
        Enter();
        var seen = look(this);
        Exit();
        return seen;
    }

    private void Change(Action<PoolSlots, int> change, int value)
    {
        Interleaving.Touch(OperationKind.Send, this);
        var settled = default(WaiterChain);
        Enter();
        change(this, value);
        ServeLocked(ref settled);
        Exit();
        settled.Publish();
    }

    private void ServeLocked(ref WaiterChain settled)
    {
        while (_running < _size && !_spawners.IsEmpty)
        {
            _running++;
            _open++;
            settled.Add(_spawners.Dequeue());
        }

        if (IsIdleLocked)
        {
            GrantAllLocked(_drainers, ref settled);
        }
    }
}
