namespace Concurrency.Channels;

/// <summary>A consistent snapshot of the writing side of a broadcast.</summary>
public readonly record struct BroadcastStatistics
{
    /// <summary>Items that the broadcast took.</summary>
    public long Written { get; init; }

    /// <summary>Items of these that reached nobody because there was no subscriber.</summary>
    public long Unheard { get; init; }

    /// <summary>Writes that were refused because the one subscriber they were for was full (<see cref="ChannelFullMode.Reject"/>).</summary>
    public long Rejected { get; init; }

    /// <summary>How many subscribers there are.</summary>
    public int Subscribers { get; init; }

    /// <summary>How many writers wait, by writing or by waiting to write.</summary>
    public int WaitingWriters { get; init; }
}
