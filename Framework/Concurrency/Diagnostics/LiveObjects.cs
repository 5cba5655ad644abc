using System.Collections.Concurrent;

namespace Concurrency.Diagnostics;

/// <summary>The objects of this process that a snapshot shows; each registers itself when its life begins and leaves when it ends.</summary>
/// <remarks>Holds its objects strongly: register only what has a definite end. All members are safe to call from any thread.</remarks>
internal static class LiveObjects
{
    private static readonly ConcurrentDictionary<ILiveObject, bool> s_objects = new(ReferenceEqualityComparer.Instance as IEqualityComparer<ILiveObject>);

    /// <summary>Shows an object from now on.</summary>
    public static void Add(ILiveObject item) => s_objects.TryAdd(item, true);

    /// <summary>Shows an object no longer; nothing happens if it was not registered.</summary>
    public static void Remove(ILiveObject item) => s_objects.TryRemove(item, out _);

    /// <summary>The objects that are registered at this moment, in no order.</summary>
    public static IReadOnlyCollection<ILiveObject> Current => [.. s_objects.Keys];
}
