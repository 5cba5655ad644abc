using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>The state of an <see cref="AsyncReaderWriterLock"/>.</summary>
internal sealed class ReaderWriterCore : WatchedLock
{
    private readonly WaiterQueue _readersWaiting = new();
    private readonly WaiterQueue _writersWaiting = new();
    private readonly WaiterQueue _upgradeablesWaiting = new();
    private readonly WaiterQueue _upgradeWaiting = new();
    private readonly TaskWaiters<IDisposable> _keys;
    private readonly TaskWaiters<AsyncReaderWriterLock.UpgradeableReaderKey> _upgradeableKeys;
    private AsyncReaderWriterLock.UpgradeableReaderKey? _upgradeable;
    private WriterKey? _writer;
    private int _readers;

    public ReaderWriterCore()
    {
        _keys = new TaskWaiters<IDisposable>(this);
        _upgradeableKeys = new TaskWaiters<AsyncReaderWriterLock.UpgradeableReaderKey>(this);
    }

    /// <summary>Holders that read, the upgradeable one included, and whether somebody writes; for debuggers.</summary>
    public (int Readers, bool IsWriting) Seen => (_readers, _writer is not null);

    public override string Kind => nameof(AsyncReaderWriterLock);

    private bool IsOpenForReadersLocked => _writer is null && _writersWaiting.IsEmpty && _upgradeWaiting.IsEmpty;

    /// <summary>Enters as a reader; in a simulation, when the schedule lets the caller go.</summary>
    public ValueTask<IDisposable> ReadInTurnAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.AcquireShared, this, static (core, token) => core.ReadAsync(token), this, cancellationToken)
            : ReadAsync(cancellationToken);

    /// <summary>Enters as the writer; in a simulation, when the schedule lets the caller go.</summary>
    public ValueTask<IDisposable> WriteInTurnAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Acquire, this, static (core, token) => core.WriteAsync(token), this, cancellationToken)
            : WriteAsync(cancellationToken);

    /// <summary>Enters as a reader that can become the writer; in a simulation, when the schedule lets the caller go.</summary>
    public ValueTask<AsyncReaderWriterLock.UpgradeableReaderKey> ReadUpgradeablyInTurnAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.AcquireShared, this, static (core, token) => core.ReadUpgradeablyAsync(token), this, cancellationToken)
            : ReadUpgradeablyAsync(cancellationToken);

    public ValueTask<IDisposable> ReadAsync(CancellationToken cancellationToken)
    {
        var key = new ReaderKey(this);
        LockSites.Record(key, this);
        Enter();
        if (IsOpenForReadersLocked)
        {
            _readers++;
            Exit();
            return new ValueTask<IDisposable>(key);
        }

        return new ValueTask<IDisposable>(_keys.WaitAndExit(_readersWaiting, key, cancellationToken));
    }

    public ValueTask<IDisposable> WriteAsync(CancellationToken cancellationToken)
    {
        var key = new WriterKey(this);
        LockSites.Record(key, this);
        Enter();
        if (_writer is null && _readers == 0)
        {
            _writer = key;
            Exit();
            return new ValueTask<IDisposable>(key);
        }

        return new ValueTask<IDisposable>(_keys.WaitAndExit(_writersWaiting, key, cancellationToken));
    }

    public ValueTask<AsyncReaderWriterLock.UpgradeableReaderKey> ReadUpgradeablyAsync(CancellationToken cancellationToken)
    {
        var key = new AsyncReaderWriterLock.UpgradeableReaderKey(this);
        LockSites.Record(key, this);
        Enter();
        if (IsOpenForReadersLocked && _upgradeable is null)
        {
            _upgradeable = key;
            _readers++;
            Exit();
            return new ValueTask<AsyncReaderWriterLock.UpgradeableReaderKey>(key);
        }

        return new ValueTask<AsyncReaderWriterLock.UpgradeableReaderKey>(
            _upgradeableKeys.WaitAndExit(_upgradeablesWaiting, key, cancellationToken));
    }

    public ValueTask<IDisposable> UpgradeAsync(AsyncReaderWriterLock.UpgradeableReaderKey holder, CancellationToken cancellationToken)
    {
        var key = new WriterKey(this);
        LockSites.Record(key, this);
        Enter();
        if (!ReferenceEquals(_upgradeable, holder))
        {
            Exit();
            throw new ObjectDisposedException(
                nameof(AsyncReaderWriterLock.UpgradeableReaderKey),
                "The upgradeable key was disposed and holds nothing that could be upgraded. Ask for a new one with UpgradeableReaderLockAsync.");
        }

        if (_writer is not null || !_upgradeWaiting.IsEmpty)
        {
            Exit();
            throw new InvalidOperationException(
                "The upgradeable key has been upgraded, or waits to be, and cannot be upgraded a second time. Dispose the key of the first upgrade before.");
        }

        if (_readers == 1)
        {
            _writer = key;
            Exit();
            return new ValueTask<IDisposable>(key);
        }

        return new ValueTask<IDisposable>(_keys.WaitAndExit(_upgradeWaiting, key, cancellationToken));
    }

    public bool IsUpgraded(AsyncReaderWriterLock.UpgradeableReaderKey holder)
    {
        Enter();
        var isUpgraded = ReferenceEquals(_upgradeable, holder) && _writer is not null;
        Exit();
        return isUpgraded;
    }

    public void Leave(ReaderKey key)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        if (key.TryEnd())
        {
            // A reader was only in the way of an upgrade, which waits for the last other one, or of a writer, which waits for the last.
            _readers--;
            if (_readers == 0 ? !_writersWaiting.IsEmpty : _readers == 1 && !_upgradeWaiting.IsEmpty)
            {
                GrantLocked(ref settled);
            }
        }

        Exit();
        settled.Publish();
    }

    public void Leave(WriterKey key)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        if (ReferenceEquals(_writer, key))
        {
            _writer = null;
            GrantLocked(ref settled);
        }

        Exit();
        settled.Publish();
    }

    public void Leave(AsyncReaderWriterLock.UpgradeableReaderKey key)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        if (ReferenceEquals(_upgradeable, key))
        {
            if (!_upgradeWaiting.IsEmpty)
            {
                var pending = (TaskWaiter<IDisposable>)_upgradeWaiting.Dequeue();
                pending.SettleFailed(new ObjectDisposedException(
                    nameof(AsyncReaderWriterLock.UpgradeableReaderKey),
                    "The upgradeable key was disposed while its upgrade was waited for. Await the upgrade before you dispose the key."));
                settled.Add(pending);
            }

            _writer = null;
            _upgradeable = null;
            _readers--;
            GrantLocked(ref settled);
        }

        Exit();
        settled.Publish();
    }

    // A writer or an upgrade that has given up lets those pass whom it held up.
    internal override void AfterWithdrawal()
    {
        var settled = default(WaiterChain);
        Enter();
        GrantLocked(ref settled);
        Exit();
        settled.Publish();
    }

    /// <summary>Lets in whoever may enter now: the upgrade before writers, writers before readers.</summary>
    private void GrantLocked(ref WaiterChain settled)
    {
        if (_writer is not null)
        {
            return;
        }

        if (!_upgradeWaiting.IsEmpty)
        {
            if (_readers == 1)
            {
                var waiter = (TaskWaiter<IDisposable>)_upgradeWaiting.Dequeue();
                _writer = (WriterKey)waiter.Result;
                settled.Add(waiter);
            }

            return;
        }

        if (!_writersWaiting.IsEmpty)
        {
            if (_readers == 0)
            {
                var waiter = (TaskWaiter<IDisposable>)_writersWaiting.Dequeue();
                _writer = (WriterKey)waiter.Result;
                settled.Add(waiter);
            }

            return;
        }

        GrantReadersLocked(ref settled);
    }

    private void GrantReadersLocked(ref WaiterChain settled)
    {
        if (_upgradeable is null && !_upgradeablesWaiting.IsEmpty)
        {
            var waiter = (TaskWaiter<AsyncReaderWriterLock.UpgradeableReaderKey>)_upgradeablesWaiting.Dequeue();
            _upgradeable = waiter.Result;
            _readers++;
            settled.Add(waiter);
        }

        _readers += _readersWaiting.Count;
        GrantAllLocked(_readersWaiting, ref settled);
    }

    protected override (TaskWaiter? First, int Count) LookAtWaitersLocked()
    {
        // In the order in which they are let in.
        var first = _upgradeWaiting.Head ?? _writersWaiting.Head ?? _upgradeablesWaiting.Head ?? _readersWaiting.Head;
        return ((TaskWaiter?)first, _upgradeWaiting.Count + _writersWaiting.Count + _upgradeablesWaiting.Count + _readersWaiting.Count);
    }

    protected override bool IsHeldByLocked(IDisposable key) =>
        ReferenceEquals(_writer, key)
        || ReferenceEquals(_upgradeable, key)
        || (key is ReaderKey { IsDisposed: false } && !IsWaitingLocked<IDisposable>(_readersWaiting, key));

    protected override void AssertInvariants()
    {
        Debug.Assert(_readers >= (_upgradeable is null ? 0 : 1), "Who may upgrade counts as a reader.");
        Debug.Assert(_writer is null || _readers == (_upgradeable is null ? 0 : 1), "Who writes is alone.");
    }
}
