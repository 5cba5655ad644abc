using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>An <see cref="AsyncLock"/> with one <see cref="AsyncConditionVariable"/>: what <see cref="Monitor"/> is, across an <c>await</c>.</summary>
/// <remarks>The promises are those of the two types. All members are safe to call from any thread.</remarks>
[DebuggerDisplay("Id = {Id}")]
public sealed class AsyncMonitor : IInterleaved
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncConditionVariable _condition;

    /// <summary>Makes a monitor that nobody is in.</summary>
    public AsyncMonitor() => _condition = new AsyncConditionVariable(_lock);

    /// <summary>A number that tells this monitor from others in logs and debuggers; never 0.</summary>
    public int Id => _lock.Id;

    object IInterleaved.Resource => _lock.Core;

    /// <summary>Enters the monitor, waiting until nobody is in it.</summary>
    /// <returns>The key; disposing it leaves the monitor.</returns>
    public AwaitableDisposable<IDisposable> EnterAsync() => _lock.LockAsync();

    /// <inheritdoc cref="EnterAsync()"/>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the monitor is entered only if nobody is in it.</param>
    public AwaitableDisposable<IDisposable> EnterAsync(CancellationToken cancellationToken) => _lock.LockAsync(cancellationToken);

    /// <summary>Enters the monitor, blocking the calling thread until nobody is in it.</summary>
    /// <returns>The key; disposing it leaves the monitor.</returns>
    public IDisposable Enter() => _lock.Lock();

    /// <inheritdoc cref="Enter()"/>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the monitor is entered only if nobody is in it.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable Enter(CancellationToken cancellationToken) => _lock.Lock(cancellationToken);

    /// <summary>Leaves the monitor, waits for a pulse, and enters again.</summary>
    /// <exception cref="SynchronizationLockException">Nobody is in the monitor.</exception>
    public Task WaitAsync() => _condition.WaitAsync();

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait for a pulse; the task is cancelled when the monitor was entered again.</param>
    public Task WaitAsync(CancellationToken cancellationToken) => _condition.WaitAsync(cancellationToken);

    /// <summary>Leaves the monitor, blocks the calling thread until a pulse, and enters again.</summary>
    /// <exception cref="SynchronizationLockException">Nobody is in the monitor.</exception>
    public void Wait() => _condition.Wait();

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait for a pulse; the monitor was entered again then, too.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken) => _condition.Wait(cancellationToken);

    /// <summary>Lets the one who has waited longest go on, as soon as it can enter.</summary>
    /// <exception cref="SynchronizationLockException">Nobody is in the monitor.</exception>
    public void Pulse() => _condition.Notify();

    /// <summary>Lets all who wait go on, one after the other, as they can enter.</summary>
    /// <exception cref="SynchronizationLockException">Nobody is in the monitor.</exception>
    public void PulseAll() => _condition.NotifyAll();
}
