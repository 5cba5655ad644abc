namespace Concurrency.Scopes;

/// <summary>Which idle item a <see cref="ResourcePool{T}"/> hands out first.</summary>
public enum ResourcePoolOrder
{
    /// <summary>The one that was returned last: what is not needed stays idle and can expire.</summary>
    Lifo,

    /// <summary>The one that was returned first: all items are used in turn.</summary>
    Fifo,
}
