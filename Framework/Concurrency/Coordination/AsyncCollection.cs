using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Lets producers and consumers share any <see cref="IProducerConsumerCollection{T}"/>: a queue, a stack, a bag of one's own.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// <para>A producer waits while the collection is full, a consumer while it is empty, both in order of arrival. A cancelled call has added
/// or taken nothing. The collection is only touched by one caller at a time, and only through this type.</para>
/// <para>For new code prefer a <c>BoundedChannel</c>, which is faster, allocates nothing per item, and can be waited for together with others.
/// All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("Count = {_collection.Count}, MaxCount = {_maxCount}")]
public sealed class AsyncCollection<T> : IInterleaved
{
    private readonly IProducerConsumerCollection<T> _collection;
    private readonly int _maxCount;
    private readonly AsyncLock _mutex = new();
    private readonly AsyncConditionVariable _notFullOrCompleted;
    private readonly AsyncConditionVariable _notEmptyOrCompleted;
    private bool _isCompleted;

    /// <summary>Makes a first-in-first-out collection without a bound.</summary>
    public AsyncCollection()
        : this(null, int.MaxValue)
    {
    }

    /// <summary>Makes a bounded first-in-first-out collection.</summary>
    /// <param name="maxCount">The highest number of items, 1 or more.</param>
    public AsyncCollection(int maxCount)
        : this(null, maxCount)
    {
    }

    /// <summary>Wraps a collection, without a bound.</summary>
    /// <param name="collection">The collection; null for a first-in-first-out one.</param>
    public AsyncCollection(IProducerConsumerCollection<T>? collection)
        : this(collection, int.MaxValue)
    {
    }

    /// <summary>Wraps a collection.</summary>
    /// <param name="collection">The collection; null for a first-in-first-out one.</param>
    /// <param name="maxCount">The highest number of items, 1 or more, and not less than there are.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="ArgumentException">The collection holds more items.</exception>
    public AsyncCollection(IProducerConsumerCollection<T>? collection, int maxCount)
    {
        Given.AtLeast(maxCount, 1, "The highest number of items of a collection");
        _collection = collection ?? new ConcurrentQueue<T>();
        if (maxCount < _collection.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The collection holds {_collection.Count} items and was to hold at most {maxCount}. Raise the bound."),
                nameof(maxCount));
        }

        _maxCount = maxCount;
        _notFullOrCompleted = new AsyncConditionVariable(_mutex);
        _notEmptyOrCompleted = new AsyncConditionVariable(_mutex);
    }

    object IInterleaved.Resource => _mutex.Core;

    private bool IsEmpty => _collection.Count == 0;

    private bool IsFull => _collection.Count >= _maxCount;

    /// <summary>Refuses further items; what is inside can still be taken.</summary>
    public void CompleteAdding()
    {
        using (_mutex.Lock())
        {
            _isCompleted = true;
            _notEmptyOrCompleted.NotifyAll();
            _notFullOrCompleted.NotifyAll();
        }
    }

    /// <summary>Adds an item, waiting while the collection is full.</summary>
    /// <exception cref="InvalidOperationException">The collection was completed, or refused the item (through the task).</exception>
    public Task AddAsync(T item) => AddAsync(item, CancellationToken.None);

    /// <inheritdoc cref="AddAsync(T)"/>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item was not added then.</param>
    public Task AddAsync(T item, CancellationToken cancellationToken) => AddAsync(item, blocking: false, cancellationToken);

    /// <summary>Adds an item, blocking the calling thread while the collection is full.</summary>
    /// <exception cref="InvalidOperationException">The collection was completed, or refused the item.</exception>
    public void Add(T item) => Add(item, CancellationToken.None);

    /// <inheritdoc cref="Add(T)"/>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item was not added then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Add(T item, CancellationToken cancellationToken) => BlockingWait.For(AddAsync(item, blocking: true, cancellationToken));

    /// <summary>Waits until there is an item.</summary>
    /// <returns>False if the collection was completed and is empty.</returns>
    public Task<bool> OutputAvailableAsync() => OutputAvailableAsync(CancellationToken.None);

    /// <inheritdoc cref="OutputAvailableAsync()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<bool> OutputAvailableAsync(CancellationToken cancellationToken) => OutputAvailableAsync(blocking: false, cancellationToken);

    /// <summary>Blocks the calling thread until there is an item.</summary>
    /// <returns>False if the collection was completed and is empty.</returns>
    public bool OutputAvailable() => OutputAvailable(CancellationToken.None);

    /// <inheritdoc cref="OutputAvailable()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool OutputAvailable(CancellationToken cancellationToken) => BlockingWait.For(OutputAvailableAsync(blocking: true, cancellationToken));

    /// <summary>Takes an item, waiting while the collection is empty.</summary>
    /// <exception cref="InvalidOperationException">The collection was completed and is empty, or gave no item (through the task).</exception>
    public Task<T> TakeAsync() => TakeAsync(CancellationToken.None);

    /// <inheritdoc cref="TakeAsync()"/>
    /// <param name="cancellationToken">Ends the wait; nothing was taken then.</param>
    public Task<T> TakeAsync(CancellationToken cancellationToken) => TakeAsync(blocking: false, cancellationToken);

    /// <summary>Takes an item, blocking the calling thread while the collection is empty.</summary>
    /// <exception cref="InvalidOperationException">The collection was completed and is empty, or gave no item.</exception>
    public T Take() => Take(CancellationToken.None);

    /// <inheritdoc cref="Take()"/>
    /// <param name="cancellationToken">Ends the wait; nothing was taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T Take(CancellationToken cancellationToken) => BlockingWait.For(TakeAsync(blocking: true, cancellationToken));

    /// <summary>Takes items, blocking the calling thread for each, until the collection was completed and is empty.</summary>
    public IEnumerable<T> GetConsumingEnumerable() => GetConsumingEnumerable(CancellationToken.None);

    /// <inheritdoc cref="GetConsumingEnumerable()"/>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    public IEnumerable<T> GetConsumingEnumerable(CancellationToken cancellationToken)
    {
        while (BlockingWait.For(TryTakeAsync(blocking: true, cancellationToken)) is (true, var item))
        {
            yield return item;
        }
    }

    private async Task AddAsync(T item, bool blocking, CancellationToken cancellationToken)
    {
        using (await EnterAsync(blocking).ConfigureAwait(Executor.Current is not null))
        {
            while (IsFull && !_isCompleted)
            {
                await WaitAsync(_notFullOrCompleted, blocking, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }

            if (_isCompleted)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"An item was added to a collection that was completed and holds {_collection.Count} items. Add before CompleteAdding."));
            }

            if (!_collection.TryAdd(item))
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"The underlying {_collection.GetType().Name} of {_collection.Count} items refused an item. See its own rules."));
            }

            _notEmptyOrCompleted.Notify();
        }
    }

    private async Task<bool> OutputAvailableAsync(bool blocking, CancellationToken cancellationToken)
    {
        using (await EnterAsync(blocking).ConfigureAwait(Executor.Current is not null))
        {
            var hasWaited = false;
            while (IsEmpty && !_isCompleted)
            {
                await WaitAsync(_notEmptyOrCompleted, blocking, cancellationToken).ConfigureAwait(Executor.Current is not null);
                hasWaited = true;
            }

            if (hasWaited && !IsEmpty)
            {
                // The notification meant an item, and this caller leaves it there: the next one may want it.
                _notEmptyOrCompleted.Notify();
            }

            return !IsEmpty;
        }
    }

    private async Task<T> TakeAsync(bool blocking, CancellationToken cancellationToken)
    {
        var (isTaken, item) = await TryTakeAsync(blocking, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return isTaken
            ? item
            : throw new InvalidOperationException(
                "An item was asked of a collection that was completed and is empty. Look at OutputAvailableAsync, or let the loop end here.");
    }

    private async Task<(bool IsTaken, T Item)> TryTakeAsync(bool blocking, CancellationToken cancellationToken)
    {
        using (await EnterAsync(blocking).ConfigureAwait(Executor.Current is not null))
        {
            while (IsEmpty && !_isCompleted)
            {
                await WaitAsync(_notEmptyOrCompleted, blocking, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }

            if (IsEmpty)
            {
                return (false, default!);
            }

            if (!_collection.TryTake(out var item))
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"The underlying {_collection.GetType().Name} of {_collection.Count} items gave none. See its own rules."));
            }

            _notFullOrCompleted.Notify();
            return (true, item);
        }
    }

    // Without the caller's token: the mutex is held for moments only, and an item that is there is taken even with a cancelled token.
    private ValueTask<IDisposable> EnterAsync(bool blocking) =>
        blocking ? new ValueTask<IDisposable>(_mutex.Lock()) : _mutex.Core.EnterInTurnAsync(CancellationToken.None);

    private static Task WaitAsync(AsyncConditionVariable condition, bool blocking, CancellationToken cancellationToken)
    {
        if (!blocking)
        {
            return condition.WaitAsync(cancellationToken);
        }

        condition.Wait(cancellationToken);
        return Task.CompletedTask;
    }
}
