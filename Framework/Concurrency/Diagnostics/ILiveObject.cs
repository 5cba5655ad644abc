namespace Concurrency.Diagnostics;

/// <summary>Something that a snapshot of the process shows for as long as it is registered with <see cref="LiveObjects"/>.</summary>
/// <remarks>All members are called from any thread, at any moment between registration and removal, and must neither block nor throw.</remarks>
internal interface ILiveObject
{
    /// <summary>What it is, as one lower-case noun: "executor", "scope", "channel", "pool".</summary>
    string Kind { get; }

    /// <summary>The name that its maker gave it.</summary>
    string Name { get; }

    /// <summary>What it belongs to, and is shown beneath; null at the top.</summary>
    ILiveObject? Parent { get; }

    /// <summary>Adds what is worth seeing at this moment.</summary>
    void Describe(LiveDetails details);
}
