namespace Concurrency.Scopes;

/// <summary>Where a <see cref="SpawnedWork"/> is in its life.</summary>
public enum SpawnedWorkState
{
    /// <summary>It has not started: it waits for its time or for its first turn, and can be cancelled.</summary>
    Waiting,

    /// <summary>It has started and not ended.</summary>
    Running,

    /// <summary>It has ended and done what it should.</summary>
    Succeeded,

    /// <summary>It has ended with an error.</summary>
    Failed,

    /// <summary>It has ended because it was cancelled, before its start or later.</summary>
    Cancelled,
}
