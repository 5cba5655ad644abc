using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Lets a <see cref="SemaphoreSlim"/> be held by a <c>using</c> block.</summary>
public static class SemaphoreSlimExtensions
{
    /// <summary>Takes a slot, waiting until one is free.</summary>
    /// <returns>The key; disposing it gives the slot back, once.</returns>
    public static AwaitableDisposable<IDisposable> LockAsync(this SemaphoreSlim @this) => @this.LockAsync(CancellationToken.None);

    /// <inheritdoc cref="LockAsync(SemaphoreSlim)"/>
    public static AwaitableDisposable<IDisposable> LockAsync(this SemaphoreSlim @this, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(@this);
        return new AwaitableDisposable<IDisposable>(TakeAsync(@this, cancellationToken));
    }

    /// <summary>Takes a slot, blocking the calling thread until one is free.</summary>
    /// <returns>The key; disposing it gives the slot back, once.</returns>
    public static IDisposable Lock(this SemaphoreSlim @this) => @this.Lock(CancellationToken.None);

    /// <inheritdoc cref="Lock(SemaphoreSlim)"/>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IDisposable Lock(this SemaphoreSlim @this, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(@this);
        @this.Wait(cancellationToken);
        return new Key(@this);
    }

    private static async Task<IDisposable> TakeAsync(SemaphoreSlim semaphore, CancellationToken cancellationToken)
    {
        await semaphore.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        return new Key(semaphore);
    }

    private sealed class Key(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
