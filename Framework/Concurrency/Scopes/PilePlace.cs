namespace Concurrency.Scopes;

/// <summary>The place of one piece of work in a pile, taken when its spawn is called.</summary>
/// <param name="isMember">Whether the spawner belongs to the pool, and may hold the slot for which the first place waits.</param>
internal sealed class PilePlace<T>(bool isMember)
{
    public bool IsMember => isMember;

    /// <summary>The work; null as long as it has not been spawned.</summary>
    public SpawnedWork<T>? Work { get; set; }

    /// <summary>Whether it counts against the capacity.</summary>
    public bool HasRoom { get; set; }

    /// <summary>Completes when there is room; null if there was from the start.</summary>
    public TaskCompletionSource? Room { get; set; }
}
