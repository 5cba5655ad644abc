namespace Concurrency.Channels;

/// <summary>Makes channels with one writing side and many subscribers.</summary>
public static class BroadcastChannel
{
    /// <summary>Makes a broadcast that gives each item to every subscriber.</summary>
    /// <remarks>
    /// All subscribers see the items in the same order. A write is all or nothing: while it waits for room at one subscriber, none has the item.
    /// A full subscriber with <see cref="ChannelFullMode.Reject"/> misses the item, which its statistics count as rejected.
    /// </remarks>
    /// <param name="waitForSubscribers">Whether a full subscriber may ask the writer, and with it all others, to wait
    /// (<see cref="ChannelFullMode.Wait"/>). If not, a subscription that waits is refused, and nobody ever waits for another.</param>
    public static BroadcastChannel<T> Create<T>(bool waitForSubscribers = false) =>
        new(new BroadcastCore<T>(new CopyingRoute<T>(), waitForSubscribers));

    /// <summary>Makes a broadcast that gives each item to one subscriber: to the next in turn that has room.</summary>
    /// <remarks>
    /// When none has room, the next in turn that drops, drops; if none drops, the write waits for the first that has room; and if none waits
    /// either, it is refused, as in a channel with <see cref="ChannelFullMode.Reject"/>.
    /// </remarks>
    /// <param name="waitForSubscribers">Whether the writer may be asked to wait. If not, a subscription that waits is refused.</param>
    public static BroadcastChannel<T> CreateRoundRobin<T>(bool waitForSubscribers = false) =>
        new(new BroadcastCore<T>(new RoundRobinRoute<T>(), waitForSubscribers));

    /// <summary>Makes a broadcast that gives each item to one subscriber, and all items of a key to the same.</summary>
    /// <remarks>
    /// A subscriber that comes takes over a part of the keys, and the keys of one that leaves are spread over the others; no other key moves. A full
    /// subscriber does with the item what its full mode says; writers wait in one line, so that the items of a key keep their order.
    /// <c>WaitToWriteAsync</c> does not know the key of the next item: it waits until each subscriber that waits or rejects has room.
    /// </remarks>
    /// <param name="key">Gives the key of an item; what it throws reaches the writer, and nothing was written.</param>
    /// <param name="waitForSubscribers">Whether the writer may be asked to wait. If not, a subscription that waits is refused.</param>
    /// <param name="comparer">Says which keys are equal; null for the default.</param>
    public static BroadcastChannel<T> CreateByKey<T, TKey>(
        Func<T, TKey> key, bool waitForSubscribers = false, IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(new BroadcastCore<T>(new KeyRoute<T, TKey>(key, comparer ?? EqualityComparer<TKey>.Default), waitForSubscribers));
    }
}
