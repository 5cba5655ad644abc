namespace Concurrency.Channels;

/// <summary>What a select case found when it entered its channel.</summary>
internal enum SelectEntry
{
    /// <summary>Nothing to read: the case waits.</summary>
    Waiting,

    /// <summary>An item, and the select took it.</summary>
    Taken,

    /// <summary>The channel has completed; other cases are still open.</summary>
    Completed,

    /// <summary>The channel has failed, or was the last to complete: the select has ended.</summary>
    Closed,

    /// <summary>The select was decided elsewhere before.</summary>
    Decided,
}
