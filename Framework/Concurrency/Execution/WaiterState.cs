namespace Concurrency.Execution;

/// <summary>Where a <see cref="WaiterNode"/> is in its life; it moves down the list and then back to the top.</summary>
internal enum WaiterState
{
    /// <summary>Nobody waits on it: it is new, in a cache, or its result has been fetched.</summary>
    Idle,

    /// <summary>It is in a queue and undecided: whoever unlinks it under the gate decides its outcome, alone.</summary>
    Queued,

    /// <summary>It was unlinked and its outcome is fixed; the one who unlinked it owes it a call of <see cref="WaiterNode.Publish"/>.</summary>
    Settled,
}
