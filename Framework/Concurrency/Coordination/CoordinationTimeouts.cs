namespace Concurrency.Coordination;

/// <summary>Waits of limited length for the types whose own members have only a token.</summary>
/// <remarks>
/// A wait that was not granted in time leaves its queue and has taken nothing, unlike one that is cut off with <c>Task.WaitAsync</c>. A
/// timeout of zero takes what is free. The clock is that of the current executor, or else the system's, unless one is given.
/// </remarks>
public static class CoordinationTimeouts
{
    /// <summary>Takes the lock if it is free within a time.</summary>
    /// <param name="mutex">The lock.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or else the system's.</param>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    /// <returns>The key; null if the time has passed.</returns>
    public static Task<IDisposable?> TryLockAsync(
        this AsyncLock mutex, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mutex);
        return TimedWait.TryAsync(token => mutex.LockAsync(token).AsTask(), timeout, timeProvider, cancellationToken);
    }

    /// <summary>Takes the lock for reading if that is possible within a time.</summary>
    /// <inheritdoc cref="TryLockAsync(AsyncLock, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<IDisposable?> TryReaderLockAsync(
        this AsyncReaderWriterLock mutex, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mutex);
        return TimedWait.TryAsync(token => mutex.ReaderLockAsync(token).AsTask(), timeout, timeProvider, cancellationToken);
    }

    /// <summary>Takes the lock for writing if that is possible within a time.</summary>
    /// <inheritdoc cref="TryLockAsync(AsyncLock, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<IDisposable?> TryWriterLockAsync(
        this AsyncReaderWriterLock mutex, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mutex);
        return TimedWait.TryAsync(token => mutex.WriterLockAsync(token).AsTask(), timeout, timeProvider, cancellationToken);
    }

    /// <summary>Enters the monitor if it is free within a time.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or else the system's.</param>
    /// <param name="cancellationToken">Ends the wait; the monitor is not entered then.</param>
    /// <returns>The key; null if the time has passed.</returns>
    public static Task<IDisposable?> TryEnterAsync(
        this AsyncMonitor monitor, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        return TimedWait.TryAsync(token => monitor.EnterAsync(token).AsTask(), timeout, timeProvider, cancellationToken);
    }

    /// <summary>Takes a slot if one is free within a time.</summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or else the system's.</param>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    /// <returns>Whether a slot was taken.</returns>
    public static Task<bool> TryWaitAsync(
        this AsyncSemaphore semaphore, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        return TimedWait.TryAsync(semaphore.WaitAsync, timeout, timeProvider, cancellationToken);
    }

    /// <inheritdoc cref="TryWaitAsync(AsyncSemaphore, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<bool> TryWaitAsync(
        this CappedSemaphore semaphore, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        return TimedWait.TryAsync(semaphore.WaitAsync, timeout, timeProvider, cancellationToken);
    }

    /// <summary>Waits for the event, but not longer than given.</summary>
    /// <param name="signal">The event.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or else the system's.</param>
    /// <param name="cancellationToken">Ends the wait; no signal is taken then.</param>
    /// <returns>Whether the event has come in time.</returns>
    public static Task<bool> TryWaitAsync(
        this AsyncAutoResetEvent signal, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signal);
        return TimedWait.TryAsync(signal.WaitAsync, timeout, timeProvider, cancellationToken);
    }

    /// <inheritdoc cref="TryWaitAsync(AsyncAutoResetEvent, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<bool> TryWaitAsync(
        this AsyncManualResetEvent signal, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signal);
        return TimedWait.TryAsync(signal.WaitAsync, timeout, timeProvider, cancellationToken);
    }
}
