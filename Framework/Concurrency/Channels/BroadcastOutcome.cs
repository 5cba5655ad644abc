namespace Concurrency.Channels;

/// <summary>What became of an attempt to publish an item.</summary>
internal enum BroadcastOutcome
{
    /// <summary>Each subscriber for which it was has it, or has lost or missed one as its full mode says.</summary>
    Published,

    /// <summary>A subscriber asks the writer to wait, or other writers wait already; nobody has the item.</summary>
    MustWait,

    /// <summary>The one subscriber for which it was is full and refuses; nobody has the item.</summary>
    Refused,

    /// <summary>The broadcast takes no more items.</summary>
    Closed,
}
