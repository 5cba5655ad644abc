namespace Concurrency.Scopes;

/// <summary>What a <see cref="ResourcePool{T}"/> has done and is doing, at one moment.</summary>
public readonly record struct ResourcePoolStatistics
{
    /// <summary>How many items there may be.</summary>
    public int MaximumSize { get; init; }

    /// <summary>How many places are taken: by items that are idle, leased, being made or being closed.</summary>
    public int Size { get; init; }

    /// <summary>How many items wait to be used.</summary>
    public int Idle { get; init; }

    /// <summary>How many places are taken by items that are not idle.</summary>
    public int InUse { get; init; }

    /// <summary>How many acquisitions wait for an item or a place.</summary>
    public int Waiting { get; init; }

    /// <summary>How many leases were given out since the pool was made.</summary>
    public long Acquired { get; init; }

    /// <summary>How many items were made.</summary>
    public long Created { get; init; }

    /// <summary>How many items could not be made.</summary>
    public long FailedCreations { get; init; }

    /// <summary>How many items were closed, for whatever reason.</summary>
    public long Closed { get; init; }

    /// <summary>How many of them had been idle too long or become too old.</summary>
    public long Expired { get; init; }
}
