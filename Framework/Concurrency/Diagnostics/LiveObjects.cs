using System.Collections.Concurrent;

namespace Concurrency.Diagnostics;

/// <summary>The objects of this process that a snapshot shows; each registers itself when its life begins and leaves when it ends.</summary>
/// <remarks>Holds its objects strongly: register only what has a definite end. All members are safe to call from any thread.</remarks>
internal static class LiveObjects
{
    private static readonly ConcurrentDictionary<ILiveObject, bool> s_objects = new(ReferenceEqualityComparer.Instance as IEqualityComparer<ILiveObject>);
    private static readonly ConcurrentDictionary<Func<IEnumerable<ILiveObject>>, bool> s_providers = new();

    /// <summary>Shows an object from now on.</summary>
    public static void Add(ILiveObject item) => s_objects.TryAdd(item, true);

    /// <summary>Shows an object no longer; nothing happens if it was not registered.</summary>
    public static void Remove(ILiveObject item) => s_objects.TryRemove(item, out _);

    /// <summary>Asks for objects whenever a snapshot is taken: for those that are held weakly, and so cannot be registered.</summary>
    /// <param name="provider">Called from any thread; must neither block nor throw.</param>
    public static void AddProvider(Func<IEnumerable<ILiveObject>> provider) => s_providers.TryAdd(provider, true);

    /// <summary>Asks a provider no longer; nothing happens if it was not added.</summary>
    public static void RemoveProvider(Func<IEnumerable<ILiveObject>> provider) => s_providers.TryRemove(provider, out _);

    /// <summary>The objects that are registered at this moment, each once, in no order.</summary>
    public static IReadOnlyCollection<ILiveObject> Current
    {
        get
        {
            // Enumerated and not copied: a copy takes the locks of the dictionary, an enumeration none.
            var found = new HashSet<ILiveObject>(ReferenceEqualityComparer.Instance);
            foreach (var (item, _) in s_objects)
            {
                found.Add(item);
            }

            foreach (var (provider, _) in s_providers)
            {
                found.UnionWith(Ask(provider));
            }

            return found;
        }
    }

    private static List<ILiveObject> Ask(Func<IEnumerable<ILiveObject>> provider)
    {
        try
        {
            return [.. provider()];
        }
        catch (Exception error)
        {
            return [new BrokenProvider(error)];
        }
    }

    private sealed class BrokenProvider(Exception error) : ILiveObject
    {
        public string Kind => "unknown";

        public string Name => "objects that could not be listed";

        public ILiveObject? Parent => null;

        public void Describe(LiveDetails details) => throw error;
    }
}
