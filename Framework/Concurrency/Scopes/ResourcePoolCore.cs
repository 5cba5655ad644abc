using System.Diagnostics;
using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The places of a <see cref="ResourcePool{T}"/>: who has one, which items are idle, who waits.</summary>
/// <remarks>
/// <para>A place is taken from the moment somebody may make an item until the item is closed, so that there are never more items than
/// the maximum. Nobody waits while an item is idle or a place is free.</para>
/// <para>Whoever waits is granted an item, or null: a place in which to make one. No code of the user runs in here; items that are to
/// be closed are handed to the caller, which owes each of them a call of <see cref="EndClosing"/>.</para>
/// </remarks>
internal sealed class ResourcePoolCore<T> : WaitOwner
{
    private readonly LinkedList<PooledItem<T>> _idle = new();
    private readonly WaiterQueue _waiting = new();
    private readonly TaskWaiters<PooledItem<T>?> _waiters;
    private readonly ResourcePoolOptions<T> _options;
    private readonly TaskCompletionSource _drained = new(Interleaving.CompletionOptions);
    private int _maximum;
    private int _size;
    private int _closing;
    private bool _isDisposed;
    private long _acquired;
    private long _created;
    private long _failed;
    private long _closed;
    private long _expired;

    public ResourcePoolCore(ResourcePoolOptions<T> options)
    {
        _options = options;
        _maximum = options.MaximumSize;
        _waiters = new TaskWaiters<PooledItem<T>?>(this);
    }

    /// <summary>What a disposed pool answers.</summary>
    public ObjectDisposedException Refusal => new(
        _options.Name, $"The pool '{_options.Name}' was disposed and hands out nothing any more. Dispose it after its last user has ended.");

    /// <summary>Ends when the pool was disposed and all closing has ended.</summary>
    public Task Drained => _drained.Task;

    public bool IsDisposed => Volatile.Read(ref _isDisposed);

    private bool ClosesOnReturn => _options.IdleTimeout == TimeSpan.Zero || _options.MaximumAge == TimeSpan.Zero;

    private bool IsAboveMinimumLocked => _size - _closing > _options.MinimumSize;

    private bool IsOverfullLocked => _size - _closing > _maximum;

    public ResourcePoolStatistics Look()
    {
        Enter();
        var seen = new ResourcePoolStatistics
        {
            MaximumSize = _maximum,
            Size = _size,
            Idle = _idle.Count,
            InUse = _size - _idle.Count,
            Waiting = _waiting.Count,
            Acquired = _acquired,
            Created = _created,
            FailedCreations = _failed,
            Closed = _closed,
            Expired = _expired,
        };
        Exit();
        return seen;
    }

    /// <summary>Takes an idle item, or a place (null), waiting for either.</summary>
    public ValueTask<PooledItem<T>?> TakeAsync(TimeSpan now, ref List<PooledItem<T>>? toClose, CancellationToken cancellationToken)
    {
        Enter();
        return TakeAndExit(now, ref toClose, cancellationToken);
    }

    /// <summary>Takes an idle item if there is one.</summary>
    public PooledItem<T>? TryTakeIdle(TimeSpan now, ref List<PooledItem<T>>? toClose)
    {
        Enter();
        var item = TakeIdleLocked(now, ref toClose);
        Exit();
        return item;
    }

    /// <summary>Gets another idle item for a broken one that was closed, or its place (null), waiting if the pool has shrunk meanwhile.</summary>
    public ValueTask<PooledItem<T>?> ExchangeAsync(TimeSpan now, ref List<PooledItem<T>>? toClose, CancellationToken cancellationToken)
    {
        Enter();
        _closing--;
        _closed++;
        if (!_isDisposed && !IsOverfullLocked && _idle.Count == 0)
        {
            Exit();
            return new ValueTask<PooledItem<T>?>((PooledItem<T>?)null);
        }

        _size--;
        var drained = _isDisposed && _closing == 0;
        var wait = TakeAndExit(now, ref toClose, cancellationToken);
        if (drained)
        {
            _drained.TrySetResult();
        }

        return wait;
    }

    /// <summary>Takes a place for an item that nobody needs yet; false when there are as many as the minimum.</summary>
    public bool TryTakePlaceForMinimum()
    {
        Enter();
        var isDisposed = _isDisposed;
        var taken = !isDisposed && _size < Math.Min(_options.MinimumSize, _maximum);
        if (taken)
        {
            _size++;
        }

        Exit();
        return isDisposed ? throw Refusal : taken;
    }

    /// <summary>Lets the one who has waited longest have the item, or keeps it.</summary>
    /// <returns>False if it is to be closed by the caller.</returns>
    public bool TryReturn(PooledItem<T> item, TimeSpan now)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        var isTooOld = IsPast(item.CreatedAt, _options.MaximumAge, now);
        if (_isDisposed || IsOverfullLocked || ClosesOnReturn || isTooOld)
        {
            _expired += isTooOld ? 1 : 0;
            _closing++;
            Exit();
            return false;
        }

        item.IdleSince = now;
        if (_waiting.IsEmpty)
        {
            _idle.AddLast(item.Node);
        }
        else
        {
            var next = (TaskWaiter<PooledItem<T>?>)_waiting.Dequeue();
            next.Result = item;
            settled.Add(next);
        }

        Exit();
        settled.Publish();
        return true;
    }

    /// <summary>Says that a leased item is about to be closed.</summary>
    public void BeginClosing()
    {
        Enter();
        _closing++;
        Exit();
    }

    /// <summary>Frees the place of an item that was closed.</summary>
    public void EndClosing() => FreePlace(wasClosing: true);

    /// <summary>Frees a place in which no item could be made.</summary>
    public void GiveUpPlace() => FreePlace(wasClosing: false);

    public void CountCreated() => Interlocked.Increment(ref _created);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public void CountAcquired() => Interlocked.Increment(ref _acquired);

    /// <summary>Allows another number of items; those that are too many and idle are to be closed by the caller.</summary>
    public void Resize(int maximum, ref List<PooledItem<T>>? toClose)
    {
        var settled = default(WaiterChain);
        Enter();
        var isDisposed = _isDisposed;
        if (!isDisposed)
        {
            _maximum = maximum;
            GrantPlacesLocked(ref settled);
            while (IsOverfullLocked && _idle.First is { } oldest)
            {
                CloseLocked(oldest, ref toClose);
            }
        }

        Exit();
        settled.Publish();
        if (isDisposed)
        {
            throw Refusal;
        }
    }

    /// <summary>Takes out all idle items, to be closed by the caller.</summary>
    public void Clear(ref List<PooledItem<T>>? toClose)
    {
        Enter();
        ClearLocked(ref toClose);
        Exit();
    }

    /// <summary>Takes out all idle items that have expired, to be closed by the caller.</summary>
    /// <returns>When the next will expire; <see cref="TimeSpan.MaxValue"/> for never.</returns>
    public TimeSpan TakeExpired(TimeSpan now, ref List<PooledItem<T>>? toClose)
    {
        var next = TimeSpan.MaxValue;
        Enter();
        for (var node = _idle.First; node is not null;)
        {
            var item = node.Value;
            var following = node.Next;
            if (IsExpiredLocked(item, now))
            {
                _expired++;
                CloseLocked(node, ref toClose);
            }
            else
            {
                var due = IsAboveMinimumLocked ? DueOf(item) : After(item.CreatedAt, _options.MaximumAge);
                next = due < next ? due : next;
            }

            node = following;
        }

        Exit();
        return next;
    }

    /// <summary>When an idle item expires; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan DueOf(PooledItem<T> item)
    {
        var ofAge = After(item.CreatedAt, _options.MaximumAge);
        var ofIdleness = After(item.IdleSince, _options.IdleTimeout);
        return ofAge < ofIdleness ? ofAge : ofIdleness;
    }

    /// <summary>Refuses what waits and what comes; idle items are to be closed by the caller.</summary>
    /// <returns>Whether this is the first time.</returns>
    public bool Dispose(ref List<PooledItem<T>>? toClose)
    {
        var refusal = Refusal;
        var settled = default(WaiterChain);
        Enter();
        var isFirst = !_isDisposed;
        _isDisposed = true;
        while (!_waiting.IsEmpty)
        {
            var waiter = (TaskWaiter<PooledItem<T>?>)_waiting.Dequeue();
            waiter.SettleFailed(refusal);
            settled.Add(waiter);
        }

        ClearLocked(ref toClose);
        var drained = _closing == 0;
        Exit();
        settled.Publish();
        if (drained)
        {
            _drained.TrySetResult();
        }

        return isFirst;
    }

    protected override void AssertInvariants()
    {
        Debug.Assert(_waiting.IsEmpty || (_idle.Count == 0 && _size >= _maximum), "Nobody waits while an item is idle or a place is free.");
        Debug.Assert(_closing >= 0 && _size >= _closing + _idle.Count, "Every item has a place.");
    }

    private static TimeSpan After(TimeSpan start, TimeSpan limit) =>
        limit == Timeout.InfiniteTimeSpan || limit > TimeSpan.MaxValue - start ? TimeSpan.MaxValue : start + limit;

    private static bool IsPast(TimeSpan start, TimeSpan limit, TimeSpan now) => now >= After(start, limit);

    private bool IsExpiredLocked(PooledItem<T> item, TimeSpan now) =>
        IsPast(item.CreatedAt, _options.MaximumAge, now)
        || (IsAboveMinimumLocked && IsPast(item.IdleSince, _options.IdleTimeout, now));

    private ValueTask<PooledItem<T>?> TakeAndExit(TimeSpan now, ref List<PooledItem<T>>? toClose, CancellationToken cancellationToken)
    {
        if (_isDisposed)
        {
            Exit();
            return ValueTask.FromException<PooledItem<T>?>(Refusal);
        }

        var item = TakeIdleLocked(now, ref toClose);
        if (item is null && _size >= _maximum)
        {
            return new ValueTask<PooledItem<T>?>(_waiters.WaitAndExit(_waiting, null, cancellationToken));
        }

        _size += item is null ? 1 : 0;
        Exit();
        return new ValueTask<PooledItem<T>?>(item);
    }

    private PooledItem<T>? TakeIdleLocked(TimeSpan now, ref List<PooledItem<T>>? toClose)
    {
        while ((_options.Order == ResourcePoolOrder.Lifo ? _idle.Last : _idle.First) is { } node)
        {
            if (!IsExpiredLocked(node.Value, now))
            {
                _idle.Remove(node);
                return node.Value;
            }

            _expired++;
            CloseLocked(node, ref toClose);
        }

        return null;
    }

    private void FreePlace(bool wasClosing)
    {
        Interleaving.Touch(OperationKind.Release, this);
        var settled = default(WaiterChain);
        Enter();
        _size--;
        if (wasClosing)
        {
            _closing--;
            _closed++;
        }

        GrantPlacesLocked(ref settled);
        var drained = _isDisposed && _closing == 0;
        Exit();
        settled.Publish();
        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    private void GrantPlacesLocked(ref WaiterChain settled)
    {
        for (; _size < _maximum && !_waiting.IsEmpty; _size++)
        {
            settled.Add(_waiting.Dequeue());
        }
    }

    private void ClearLocked(ref List<PooledItem<T>>? toClose)
    {
        while (_idle.First is { } node)
        {
            CloseLocked(node, ref toClose);
        }
    }

    private void CloseLocked(LinkedListNode<PooledItem<T>> node, ref List<PooledItem<T>>? toClose)
    {
        _idle.Remove(node);
        _closing++;
        (toClose ??= []).Add(node.Value);
    }
}
