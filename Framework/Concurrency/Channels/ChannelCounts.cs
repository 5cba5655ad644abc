namespace Concurrency.Channels;

/// <summary>What has happened to the items of one channel; guarded by its gate.</summary>
/// <remarks>
/// There is no count of items written: it is the sum of where they went, so it cannot disagree with it, and the
/// fast path keeps one count per item instead of two.
/// </remarks>
internal struct ChannelCounts
{
    public long Read;
    public long DroppedNewest;
    public long DroppedOldest;
    public long DroppedWrites;
    public long Conflated;
    public long Aborted;
    public long Rejected;
    public int HighWater;

    public readonly ChannelStatistics ToStatistics(int depth, int waitingReaders, int waitingWriters) => new()
    {
        Written = Read + DroppedNewest + DroppedOldest + DroppedWrites + Conflated + Aborted + depth,
        Read = Read,
        DroppedNewest = DroppedNewest,
        DroppedOldest = DroppedOldest,
        DroppedWrites = DroppedWrites,
        Conflated = Conflated,
        Aborted = Aborted,
        Rejected = Rejected,
        Depth = depth,
        HighWater = HighWater,
        WaitingReaders = waitingReaders,
        WaitingWriters = waitingWriters,
    };
}
