namespace Concurrency.Channels;

/// <summary>Makes bounded channels.</summary>
public static class BoundedChannel
{
    /// <summary>Makes a channel whose writers wait when it holds <paramref name="capacity"/> items.</summary>
    /// <param name="capacity">Items that the channel holds at most; 0 makes a rendezvous, where each write waits for its reader.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public static BoundedChannel<T> Create<T>(int capacity) => Create<T>(new BoundedChannelPolicy(capacity));

    /// <summary>Makes a channel with a stated policy.</summary>
    /// <param name="policy">How many items, and what happens when there is no room for another.</param>
    /// <param name="onUndelivered">Is called exactly once, outside the channel's lock, for each accepted item that no reader will get, by the
    /// call that dropped it; what it throws reaches that caller.</param>
    /// <exception cref="ArgumentException">The policy drops items and has capacity 0.</exception>
    public static BoundedChannel<T> Create<T>(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();
        var core = new ChannelCore<T>(policy, onUndelivered);
        CoreWriter<T> writer = policy.FullMode switch
        {
            ChannelFullMode.Wait => new WaitingWriter<T>(core, rejects: false),
            ChannelFullMode.Reject => new WaitingWriter<T>(core, rejects: true),
            _ => new DroppingWriter<T>(core),
        };
        return new BoundedChannel<T>(core, writer);
    }

    /// <summary>Makes a channel that keeps one item per key: a write for a waiting key replaces it, or is merged with it.</summary>
    /// <param name="capacity">Keys that wait at most; a write for another key then waits (<c>TryWrite</c>: returns false).</param>
    /// <param name="key">Gives the key of an item. Keys are compared and hashed under the channel's lock: both must be quick and must not use the channel.</param>
    /// <param name="merge">Makes one item of the waiting one and the written one; null keeps the written one.
    /// See <see cref="CreateConflating{T, TKey}(BoundedChannelPolicy, Func{T, TKey}, Func{T, T, T}?, Action{T, DropCause}?)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    public static BoundedChannel<T> CreateConflating<T, TKey>(int capacity, Func<T, TKey> key, Func<T, T, T>? merge = null)
        where TKey : notnull => CreateConflating(new BoundedChannelPolicy(capacity), key, merge, null);

    /// <summary>Makes a channel with a stated policy that keeps one item per key: a write for a waiting key replaces it, or is merged with it.</summary>
    /// <remarks>
    /// <para>The result keeps the place of the item that waited. A write for a waiting key needs no room, so it never waits; the full mode
    /// applies to a key that does not wait when as many keys wait as the channel holds.</para>
    /// <para>The merge runs outside the lock and must not change its arguments: when a reader takes the waiting item meanwhile, the merged
    /// one is thrown away, and the merge may run again. What it throws reaches the writer, and nothing was written.</para>
    /// <para>Of the two items, <paramref name="onUndelivered"/> gets the waiting one; if the merge returned that very object, the written one.</para>
    /// </remarks>
    /// <param name="policy">How many keys, and what happens when there is no room for another; the capacity is positive.</param>
    /// <param name="key">Gives the key of an item. Keys are compared and hashed under the channel's lock: both must be quick and must not use the channel.</param>
    /// <param name="merge">Makes one item of the waiting one (first) and the written one; null keeps the written one.</param>
    /// <param name="onUndelivered">Is called exactly once, outside the channel's lock, for each accepted item that no reader will get.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    public static BoundedChannel<T> CreateConflating<T, TKey>(
        BoundedChannelPolicy policy, Func<T, TKey> key, Func<T, T, T>? merge = null, Action<T, DropCause>? onUndelivered = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(key);
        policy.ValidateOrdered("conflating", nameof(policy));
        var index = new ConflationIndex<T, TKey>(key, merge);
        var core = new ChannelCore<T>(policy, onUndelivered) { Conflation = index };
        return new BoundedChannel<T>(core, new ConflatingWriter<T, TKey>(core, index));
    }

    /// <summary>Makes a channel that is read by priority, the lowest value first, and whose writers wait when it is full.</summary>
    /// <param name="capacity">Items that the channel holds at most; positive.</param>
    /// <param name="priority">Gives the priority of an item, once; what it throws reaches the writer, and nothing was written.</param>
    /// <param name="comparer">Says which priority comes first; null for the natural order.
    /// See <see cref="CreatePrioritized{T, TPriority}(BoundedChannelPolicy, Func{T, TPriority}, IComparer{TPriority}?, Action{T, DropCause}?)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    public static BoundedChannel<T> CreatePrioritized<T, TPriority>(
        int capacity, Func<T, TPriority> priority, IComparer<TPriority>? comparer = null) =>
        CreatePrioritized(new BoundedChannelPolicy(capacity), priority, comparer, null);

    /// <summary>Makes a channel with a stated policy that is read by priority, the lowest value first.</summary>
    /// <remarks>
    /// <para>Items of equal priority leave in the order in which they came. <see cref="BoundedChannelPolicy.OvertakeLimit"/> keeps items of
    /// low priority from waiting for ever. Priorities order what is inside: writers that wait for room get it in order of arrival.</para>
    /// <para>A full channel that drops loses the least urgent item: with <see cref="ChannelFullMode.DropOldest"/> the oldest of the least urgent
    /// ones, with <see cref="ChannelFullMode.DropNewest"/> the newest of them, and in both modes the written one (<see cref="DropCause.Write"/>)
    /// if it is less urgent than all that are inside. <see cref="ChannelFullMode.DropWrite"/> drops the written one, whatever its priority.</para>
    /// </remarks>
    /// <param name="policy">How many items, and what happens when there is no room for another; the capacity is positive.</param>
    /// <param name="priority">Gives the priority of an item, once; what it throws reaches the writer, and nothing was written.</param>
    /// <param name="comparer">Says which priority comes first; null for the natural order. It is called under the channel's lock: it must be
    /// quick and must not use the channel. What it throws while an item goes in reaches the writer of this item, and nothing was written;
    /// while one is taken out it is ignored: no item is lost, but they are no longer in order.</param>
    /// <param name="onUndelivered">Is called exactly once, outside the channel's lock, for each accepted item that no reader will get.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    public static BoundedChannel<T> CreatePrioritized<T, TPriority>(
        BoundedChannelPolicy policy,
        Func<T, TPriority> priority,
        IComparer<TPriority>? comparer = null,
        Action<T, DropCause>? onUndelivered = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(priority);
        policy.ValidateOrdered("prioritized", nameof(policy));
        var ranks = new RankedItems<T, TPriority>(
            priority, comparer ?? Comparer<TPriority>.Default, policy.OvertakeLimit ?? int.MaxValue, policy.FullMode);
        var core = new ChannelCore<T>(policy, onUndelivered) { Ranks = ranks };
        return new BoundedChannel<T>(core, new PrioritizedWriter<T, TPriority>(core, ranks));
    }
}
