using System.Collections.Concurrent;
using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A queue that producers and consumers wait for: an <see cref="AsyncCollection{T}"/> that is always first in, first out.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// The promises are those of <see cref="AsyncCollection{T}"/>. For new code prefer a <c>BoundedChannel</c>.
/// All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("{_items}")]
public sealed class AsyncProducerConsumerQueue<T> : IInterleaved
{
    private readonly AsyncCollection<T> _items;

    /// <summary>Makes a queue without a bound.</summary>
    public AsyncProducerConsumerQueue()
        : this(null, int.MaxValue)
    {
    }

    /// <summary>Makes a bounded queue.</summary>
    /// <param name="maxCount">The highest number of items, 1 or more.</param>
    public AsyncProducerConsumerQueue(int maxCount)
        : this(null, maxCount)
    {
    }

    /// <summary>Makes a queue without a bound that begins with some items.</summary>
    /// <param name="collection">The items; null for none.</param>
    public AsyncProducerConsumerQueue(IEnumerable<T>? collection)
        : this(collection, int.MaxValue)
    {
    }

    /// <summary>Makes a bounded queue that begins with some items.</summary>
    /// <param name="collection">The items; null for none.</param>
    /// <param name="maxCount">The highest number of items, 1 or more, and not less than there are.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="ArgumentException">There are more items.</exception>
    public AsyncProducerConsumerQueue(IEnumerable<T>? collection, int maxCount) =>
        _items = new AsyncCollection<T>(collection is null ? null : new ConcurrentQueue<T>(collection), maxCount);

    object IInterleaved.Resource => ((IInterleaved)_items).Resource;

    /// <summary>Refuses further items; what is inside can still be taken.</summary>
    public void CompleteAdding() => _items.CompleteAdding();

    /// <summary>Adds an item, waiting while the queue is full.</summary>
    /// <exception cref="InvalidOperationException">The queue was completed (through the task).</exception>
    public Task EnqueueAsync(T item) => _items.AddAsync(item);

    /// <inheritdoc cref="EnqueueAsync(T)"/>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item was not added then.</param>
    public Task EnqueueAsync(T item, CancellationToken cancellationToken) => _items.AddAsync(item, cancellationToken);

    /// <summary>Adds an item, blocking the calling thread while the queue is full.</summary>
    /// <exception cref="InvalidOperationException">The queue was completed.</exception>
    public void Enqueue(T item) => _items.Add(item);

    /// <inheritdoc cref="Enqueue(T)"/>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item was not added then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Enqueue(T item, CancellationToken cancellationToken) => _items.Add(item, cancellationToken);

    /// <summary>Waits until there is an item.</summary>
    /// <returns>False if the queue was completed and is empty.</returns>
    public Task<bool> OutputAvailableAsync() => _items.OutputAvailableAsync();

    /// <inheritdoc cref="OutputAvailableAsync()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<bool> OutputAvailableAsync(CancellationToken cancellationToken) => _items.OutputAvailableAsync(cancellationToken);

    /// <summary>Blocks the calling thread until there is an item.</summary>
    /// <returns>False if the queue was completed and is empty.</returns>
    public bool OutputAvailable() => _items.OutputAvailable();

    /// <inheritdoc cref="OutputAvailable()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool OutputAvailable(CancellationToken cancellationToken) => _items.OutputAvailable(cancellationToken);

    /// <summary>Takes the oldest item, waiting while the queue is empty.</summary>
    /// <exception cref="InvalidOperationException">The queue was completed and is empty (through the task).</exception>
    public Task<T> DequeueAsync() => _items.TakeAsync();

    /// <inheritdoc cref="DequeueAsync()"/>
    /// <param name="cancellationToken">Ends the wait; nothing was taken then.</param>
    public Task<T> DequeueAsync(CancellationToken cancellationToken) => _items.TakeAsync(cancellationToken);

    /// <summary>Takes the oldest item, blocking the calling thread while the queue is empty.</summary>
    /// <exception cref="InvalidOperationException">The queue was completed and is empty.</exception>
    public T Dequeue() => _items.Take();

    /// <inheritdoc cref="Dequeue()"/>
    /// <param name="cancellationToken">Ends the wait; nothing was taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T Dequeue(CancellationToken cancellationToken) => _items.Take(cancellationToken);

    /// <summary>Takes items, blocking the calling thread for each, until the queue was completed and is empty.</summary>
    public IEnumerable<T> GetConsumingEnumerable() => _items.GetConsumingEnumerable();

    /// <inheritdoc cref="GetConsumingEnumerable()"/>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    public IEnumerable<T> GetConsumingEnumerable(CancellationToken cancellationToken) => _items.GetConsumingEnumerable(cancellationToken);
}
