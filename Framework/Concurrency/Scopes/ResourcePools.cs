using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>One <see cref="ResourcePool{T}"/> per key, such as a server and database, made when the key is first asked for.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// The number of keys is bounded. A key too many takes the place of the one that was used least recently and of which no item is in use
/// and nobody waits for one: its pool is disposed. When all are in use, the new key is refused. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
public sealed class ResourcePools<TKey, T> : IAsyncDisposable
    where TKey : notnull
{
    private readonly QuietLock _gate = new();
    private readonly Dictionary<TKey, Entry> _pools;
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Func<TKey, ResourcePoolOptions<T>> _options;
    private readonly List<Task> _ending = [];
    private bool _isDisposed;

    /// <summary>Makes no pool yet.</summary>
    /// <param name="options">Makes the options of a key's pool; it may be called twice for a key that is asked for twice at the same moment. What it throws comes out of the acquisition.</param>
    /// <param name="maximumKeys">How many pools there may be, 1 or more.</param>
    /// <param name="comparer">Compares keys; null for their own equality.</param>
    public ResourcePools(Func<TKey, ResourcePoolOptions<T>> options, int maximumKeys = 100, IEqualityComparer<TKey>? comparer = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (maximumKeys < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maximumKeys), maximumKeys, $"There cannot be pools of {maximumKeys} keys. Use 1 or more.");
        }

        _options = options;
        MaximumKeys = maximumKeys;
        _pools = new Dictionary<TKey, Entry>(comparer);
    }

    /// <summary>How many pools there may be.</summary>
    public int MaximumKeys { get; }

    /// <summary>How many pools there are at this moment.</summary>
    public int Count
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _pools.Count;
            }
        }
    }

    /// <summary>Takes an item from the pool of a key, as <see cref="ResourcePool{T}.AcquireAsync(CancellationToken)"/> does.</summary>
    /// <param name="key">The key; its pool is made if there is none.</param>
    /// <param name="cancellationToken">Ends the wait, or the making.</param>
    /// <returns>The lease; disposing it returns the item.</returns>
    /// <exception cref="ResourcePoolsFullException">There is no room for another key (through the task).</exception>
    /// <exception cref="ObjectDisposedException">The pools were disposed (through the task).</exception>
    public ValueTask<ResourceLease<T>> AcquireAsync(TKey key, CancellationToken cancellationToken = default) =>
        AcquireAsync(key, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Takes an item from the pool of a key within a time, as <see cref="ResourcePool{T}.AcquireAsync(TimeSpan, CancellationToken)"/> does.</summary>
    /// <param name="key">The key; its pool is made if there is none.</param>
    /// <param name="timeout">Zero to take an item only if one is idle, more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait, or the making.</param>
    /// <exception cref="TimeoutException">There was no item in time (through the task); none was taken.</exception>
    /// <inheritdoc cref="AcquireAsync(TKey, CancellationToken)"/>
    public async ValueTask<ResourceLease<T>> AcquireAsync(TKey key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var entry = Use(key);
        try
        {
            // The endless case has no clock and no token of its own.
            return timeout == Timeout.InfiniteTimeSpan
                ? await entry.Pool.AcquireAsync(cancellationToken).ConfigureAwait(Executor.Current is not null)
                : await entry.Pool.AcquireAsync(timeout, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            using (_gate.EnterScope())
            {
                entry.Users--;
            }
        }
    }

    /// <summary>Looks at the pool of a key; makes none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="statistics">What its pool has done and is doing.</param>
    /// <returns>Whether there is a pool of that key.</returns>
    public bool TryGetStatistics(TKey key, out ResourcePoolStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(key);
        Entry? entry;
        using (_gate.EnterScope())
        {
            _pools.TryGetValue(key, out entry);
        }

        statistics = entry?.Pool.Statistics ?? default;
        return entry is not null;
    }

    /// <summary>Disposes all pools, those included that made room for others, and makes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        Entry[] all;
        Task[] ending;
        using (_gate.EnterScope())
        {
            _isDisposed = true;
            all = [.. _pools.Values];
            _ending.AddRange(all.Select(static entry => entry.Ended));
            ending = [.. _ending];
            _pools.Clear();
            _byUse.Clear();
        }

        foreach (var entry in all)
        {
            entry.End();
        }

        foreach (var ended in ending)
        {
            await ended.ConfigureAwait(Executor.Current is not null);
        }
    }

    private Entry Use(TKey key)
    {
        if (TryUse(key, null, out var entry, out _))
        {
            return entry;
        }

        // The options come from the user, and a pool that comes too late is given up: neither under the lock.
        var made = new Entry(key, new ResourcePool<T>(_options(key)));
        Entry? evicted = null;
        try
        {
            TryUse(key, made, out entry, out evicted);
            return entry!;
        }
        finally
        {
            evicted?.End();
            if (!ReferenceEquals(entry, made))
            {
                made.End();
            }
        }
    }

    private bool TryUse(TKey key, Entry? made, [NotNullWhen(true)] out Entry? entry, out Entry? evicted)
    {
        evicted = null;
        using (_gate.EnterScope())
        {
            if (_isDisposed)
            {
                throw new ObjectDisposedException(nameof(ResourcePools<,>), $"The pools were disposed and make none for '{key}'. Dispose them after their last user has ended.");
            }

            if (_pools.TryGetValue(key, out entry))
            {
                _byUse.Remove(entry.Node);
            }
            else if (made is null)
            {
                return false;
            }
            else
            {
                evicted = MakeRoom(key);
                entry = made;
                _pools.Add(key, entry);
            }

            _byUse.AddLast(entry.Node);
            entry.Users++;
            return true;
        }
    }

    private Entry? MakeRoom(TKey key)
    {
        if (_pools.Count < MaximumKeys)
        {
            return null;
        }

        for (var node = _byUse.First; node is not null; node = node.Next)
        {
            var entry = node.Value;
            if (entry.Users == 0 && entry.Pool.InUse == 0)
            {
                _byUse.Remove(node);
                _pools.Remove(entry.Key);
                _ending.RemoveAll(static ended => ended.IsCompleted);
                _ending.Add(entry.Ended);
                return entry;
            }
        }

        throw new ResourcePoolsFullException(
            $"There is no room for a pool of '{key}': items of all {MaximumKeys} keys are in use. Return items sooner, or allow more keys.");
    }

    private sealed class Entry
    {
        private readonly TaskCompletionSource _ended = new(Interleaving.CompletionOptions);

        public Entry(TKey key, ResourcePool<T> pool)
        {
            Key = key;
            Pool = pool;
            Node = new LinkedListNode<Entry>(this);
        }

        public TKey Key { get; }

        public ResourcePool<T> Pool { get; }

        public LinkedListNode<Entry> Node { get; }

        public int Users { get; set; }

        public Task Ended => _ended.Task;

        public void End() => _ = EndAsync();

        private async Task EndAsync()
        {
            await Pool.DisposeAsync().ConfigureAwait(Executor.Current is not null);
            _ended.SetResult();
        }
    }
}
