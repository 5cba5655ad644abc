namespace Concurrency.Scopes;

/// <summary>Finds work that would wait for itself.</summary>
internal static class DependencyCycles
{
    /// <summary>Throws if one of the dependencies waits for the work that is to be started, directly or through others.</summary>
    public static void ThrowIfStartCloses<TKey, TValue>(string pool, DependencyNode<TKey, TValue> start, DependencyNode<TKey, TValue>[] dependencies)
        where TKey : notnull
    {
        if (FindCircle(start, dependencies) is { } keys)
        {
            throw new DependencyCycleException(
                $"'{start.Key}' cannot be started in the pool '{pool}': it would wait for itself, {Spell(keys)}. Take one of these dependencies away.", keys);
        }
    }

    /// <summary>Throws if one of the keys waits for the work that is about to wait for it, directly or through others.</summary>
    public static void ThrowIfWaitCloses<TKey, TValue>(string pool, DependencyNode<TKey, TValue> asker, DependencyNode<TKey, TValue>[] asked)
        where TKey : notnull
    {
        if (FindCircle(asker, asked) is { } keys)
        {
            throw new DependencyCycleException(
                $"The work of '{asker.Key}' cannot wait for '{keys[1]}' in the pool '{pool}': it would wait for itself, {Spell(keys)}. Do not wait for it there, or post the value of '{asker.Key}' before.",
                keys);
        }
    }

    private static List<object>? FindCircle<TKey, TValue>(DependencyNode<TKey, TValue> start, DependencyNode<TKey, TValue>[] dependencies)
        where TKey : notnull
    {
        // Depth first, without recursion: a chain may be as long as there are keys.
        var cameFrom = new Dictionary<DependencyNode<TKey, TValue>, DependencyNode<TKey, TValue>>();
        var open = new Stack<(DependencyNode<TKey, TValue> Node, DependencyNode<TKey, TValue> From)>();
        Array.ForEach(dependencies, dependency => open.Push((dependency, start)));
        while (open.TryPop(out var next))
        {
            if (ReferenceEquals(next.Node, start))
            {
                return Keys(start, next.From, cameFrom);
            }

            if (!next.Node.IsSettled && cameFrom.TryAdd(next.Node, next.From))
            {
                foreach (var dependency in next.Node.WaitsFor)
                {
                    open.Push((dependency, next.Node));
                }
            }
        }

        return null;
    }

    private static List<object> Keys<TKey, TValue>(
        DependencyNode<TKey, TValue> start,
        DependencyNode<TKey, TValue> last,
        Dictionary<DependencyNode<TKey, TValue>, DependencyNode<TKey, TValue>> cameFrom)
        where TKey : notnull
    {
        List<object> keys = [start.Key];
        for (var node = last; !ReferenceEquals(node, start); node = cameFrom[node])
        {
            keys.Add(node.Key);
        }

        keys.Add(start.Key);
        keys.Reverse();
        return keys;
    }

    private static string Spell(List<object> keys) => string.Join(" -> ", keys.Select(static key => $"'{key}'"));
}
