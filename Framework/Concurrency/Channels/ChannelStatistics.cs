namespace Concurrency.Channels;

/// <summary>A consistent snapshot of a channel.</summary>
/// <remarks>At every moment <c>Written = Read + Dropped + Conflated + Aborted + Depth</c>.</remarks>
public readonly record struct ChannelStatistics
{
    /// <summary>Items that the channel took, including those it dropped by policy.</summary>
    public long Written { get; init; }

    /// <summary>Items that readers took.</summary>
    public long Read { get; init; }

    /// <summary>Items dropped as the newest of a full channel.</summary>
    public long DroppedNewest { get; init; }

    /// <summary>Items dropped as the oldest of a full channel.</summary>
    public long DroppedOldest { get; init; }

    /// <summary>Items dropped because they were written to a full channel.</summary>
    public long DroppedWrites { get; init; }

    /// <summary>Items whose place was taken by a later one with the same key.</summary>
    public long Conflated { get; init; }

    /// <summary>Items that were inside when the channel was aborted.</summary>
    public long Aborted { get; init; }

    /// <summary>Writes that were refused because the channel was full (<see cref="ChannelFullMode.Reject"/>); they were never written.</summary>
    public long Rejected { get; init; }

    /// <summary>Items inside now.</summary>
    public int Depth { get; init; }

    /// <summary>The highest depth seen.</summary>
    public int HighWater { get; init; }

    /// <summary>Readers that wait now, by reading or by waiting to read.</summary>
    public int WaitingReaders { get; init; }

    /// <summary>Writers that wait now, by writing or by waiting to write.</summary>
    public int WaitingWriters { get; init; }

    /// <summary>Items dropped because the channel was full.</summary>
    public long Dropped => DroppedNewest + DroppedOldest + DroppedWrites;
}
