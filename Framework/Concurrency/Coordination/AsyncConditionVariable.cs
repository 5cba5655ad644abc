using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Lets the holder of an <see cref="AsyncLock"/> wait until another holder says that something has changed.</summary>
/// <remarks>
/// <para>A waiter leaves the lock and holds it again when its wait ends, in whatever way. It is notified in order of arrival, and gets the
/// lock after the notifier has left it and behind those who asked for it before; so what it waits for may be gone again: check in a loop.</para>
/// <para>A notification is not lost by a cancellation: a wait that was notified ends as notified, and a cancelled one takes no notification.
/// All members are safe to call from any thread, as long as the lock is held.</para>
/// </remarks>
[DebuggerDisplay("Id = {Id}, AsyncLockId = {_asyncLock.Id}")]
public sealed class AsyncConditionVariable
{
    private readonly AsyncLock _asyncLock;
    private readonly WaiterQueue _waiting = new();
    private int _id;

    /// <summary>Makes a condition of the state that a lock protects.</summary>
    public AsyncConditionVariable(AsyncLock asyncLock)
    {
        ArgumentNullException.ThrowIfNull(asyncLock);
        _asyncLock = asyncLock;
    }

    /// <summary>A number that tells this condition from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncConditionVariable>.Get(ref _id);

    /// <summary>Lets the one who has waited longest go on, as soon as it gets the lock.</summary>
    /// <exception cref="SynchronizationLockException">The lock is not held.</exception>
    public void Notify()
    {
        Interleaving.Touch(OperationKind.Signal, this);
        _asyncLock.Core.Notify(_waiting, all: false);
    }

    /// <summary>Lets all who wait go on, one after the other, as they get the lock.</summary>
    /// <exception cref="SynchronizationLockException">The lock is not held.</exception>
    public void NotifyAll()
    {
        Interleaving.Touch(OperationKind.Signal, this);
        _asyncLock.Core.Notify(_waiting, all: true);
    }

    /// <summary>Leaves the lock, waits for a notification, and takes the lock again.</summary>
    /// <exception cref="SynchronizationLockException">The lock is not held.</exception>
    public Task WaitAsync() => WaitAsync(CancellationToken.None);

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait for a notification; the task is cancelled when the lock is held again.</param>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies ? WaitInSimulationAsync(cancellationToken) : _asyncLock.Core.WaitForNotification(_waiting, cancellationToken);

    /// <summary>Leaves the lock, blocks the calling thread until a notification, and takes the lock again.</summary>
    /// <exception cref="SynchronizationLockException">The lock is not held.</exception>
    public void Wait() => Wait(CancellationToken.None);

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait for a notification; the lock is held again then, too.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken) => BlockingWait.For(WaitAsync(cancellationToken));

    private async Task WaitInSimulationAsync(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Wait, this);
        Interleaving.Touch(OperationKind.Release, _asyncLock.Core);
        var wait = _asyncLock.Core.WaitForNotification(_waiting, cancellationToken);
        try
        {
            await Interleaving.ParkAsync(OperationKind.Wait, this, wait).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            Interleaving.Touch(OperationKind.Acquire, _asyncLock.Core);
            Interleaving.Took(OperationKind.Acquire, _asyncLock.Core);
        }
    }
}
