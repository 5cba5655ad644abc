using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Concurrency.Diagnostics;

/// <summary>The objects of this process that a snapshot shows; each registers itself when its life begins and leaves when it ends.</summary>
/// <remarks>
/// Holds its objects strongly: register only what has a definite end. Whoever holds others weakly gives them by a provider. All members are
/// safe to call from any thread.
/// </remarks>
internal static class LiveObjects
{
    private static readonly ConcurrentDictionary<ILiveObject, bool> s_objects = new(ReferenceEqualityComparer.Instance as IEqualityComparer<ILiveObject>);
    private static ImmutableArray<Func<IEnumerable<ILiveObject>>> s_providers = [];

    /// <summary>Shows an object from now on.</summary>
    public static void Add(ILiveObject item) => s_objects.TryAdd(item, true);

    /// <summary>Shows an object no longer; nothing happens if it was not registered.</summary>
    public static void Remove(ILiveObject item) => s_objects.TryRemove(item, out _);

    /// <summary>Shows from now on, for as long as the process lives, what a provider gives at the moment of a snapshot.</summary>
    /// <param name="provider">Is called from any thread; it must neither block nor throw.</param>
    public static void AddProvider(Func<IEnumerable<ILiveObject>> provider)
    {
        ImmutableInterlocked.Update(ref s_providers, static (all, one) => all.Add(one), provider);
    }

    /// <summary>The objects that are registered or provided at this moment, in no order.</summary>
    public static IReadOnlyCollection<ILiveObject> Current => [.. s_objects.Keys, .. s_providers.SelectMany(static provider => provider())];
}
