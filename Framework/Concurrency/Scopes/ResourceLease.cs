namespace Concurrency.Scopes;

/// <summary>An item of a <see cref="ResourcePool{T}"/> in the hands of one user, until it is disposed.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
/// <remarks>Disposed twice, it returns the item once. All members are safe to call from any thread.</remarks>
public sealed class ResourceLease<T> : IAsyncDisposable, IDisposable
{
    private readonly ResourceHandling<T> _handling;
    private readonly ResourcePoolOptions<T> _options;
    private readonly PooledItem<T> _item;
    private int _isReturned;
    private bool _isDiscarded;

    internal ResourceLease(ResourceHandling<T> handling, ResourcePoolOptions<T> options, PooledItem<T> item)
    {
        _handling = handling;
        _options = options;
        _item = item;
    }

    /// <summary>The item.</summary>
    /// <exception cref="ObjectDisposedException">The item was returned: somebody else may be using it.</exception>
    public T Value
    {
        get
        {
            ThrowIfReturned("used");
            return _item.Value;
        }
    }

    /// <summary>Whether the item was returned.</summary>
    public bool IsReturned => Volatile.Read(ref _isReturned) != 0;

    /// <summary>Marks the item as broken: instead of being returned it is closed, without being reset.</summary>
    /// <exception cref="ObjectDisposedException">The item was returned: it is too late, and somebody else may have it.</exception>
    public void Discard()
    {
        ThrowIfReturned("discarded");
        Volatile.Write(ref _isDiscarded, true);
    }

    /// <summary>Returns the item; completes when it is ready for its next user, or closed.</summary>
    /// <remarks>Never fails: failures of the pool's delegates are logged, and close the item.</remarks>
    public ValueTask DisposeAsync() => ReturnAsync(_options.Reset);

    /// <summary>Returns the item with another way to make it ready than the pool's.</summary>
    /// <param name="reset">What replaces <see cref="ResourcePoolOptions{T}.Reset"/> this time; null for nothing.</param>
    public ValueTask ReturnAsync(Func<T, ValueTask>? reset)
    {
        if (Interlocked.Exchange(ref _isReturned, 1) != 0)
        {
            return default;
        }

        return Volatile.Read(ref _isDiscarded) ? _handling.DiscardAsync(_item) : _handling.ReturnAsync(_item, reset);
    }

    /// <summary>Returns the item without waiting until it is ready for its next user; <see cref="DisposeAsync"/> waits.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private void ThrowIfReturned(string what)
    {
        if (IsReturned)
        {
            throw new ObjectDisposedException(nameof(ResourceLease<>),
                $"An item of the pool '{_options.Name}' was {what} after it had been returned; somebody else may have it now. Acquire another one.");
        }
    }
}
