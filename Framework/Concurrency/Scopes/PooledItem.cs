namespace Concurrency.Scopes;

/// <summary>An item of a pool with its times, which count from the making of the pool.</summary>
internal sealed class PooledItem<T>
{
    public PooledItem(T value, TimeSpan createdAt)
    {
        Value = value;
        CreatedAt = createdAt;
        Node = new LinkedListNode<PooledItem<T>>(this);
    }

    public T Value { get; }

    public TimeSpan CreatedAt { get; }

    public TimeSpan IdleSince { get; set; }

    /// <summary>Its place in the list of idle items, made once.</summary>
    public LinkedListNode<PooledItem<T>> Node { get; }
}
