namespace Concurrency.Channels;

/// <summary>What became of an attempt to put an item into a channel.</summary>
internal enum PutOutcome
{
    /// <summary>It is inside, or a waiting reader got it.</summary>
    Written,

    /// <summary>There is no room and no waiting reader.</summary>
    Full,

    /// <summary>The channel takes no more items.</summary>
    Closed,
}
