namespace Concurrency.Channels;

/// <summary>Makes bounded channels.</summary>
public static class BoundedChannel
{
    /// <summary>Makes a channel whose writers wait when it holds <paramref name="capacity"/> items.</summary>
    public static BoundedChannel<T> Create<T>(int capacity) => Create<T>(new BoundedChannelPolicy(capacity));

    /// <summary>Makes a channel with a stated policy.</summary>
    public static BoundedChannel<T> Create<T>(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered = null) => new(policy, onUndelivered);

    /// <summary>Makes a channel that keeps one item per key: a write for a waiting key replaces it or merges with it.</summary>
    public static BoundedChannel<T> CreateConflating<T, TKey>(int capacity, Func<T, TKey> key, Func<T, T, T>? merge = null)
        where TKey : notnull => new(new BoundedChannelPolicy(capacity), null);
}
