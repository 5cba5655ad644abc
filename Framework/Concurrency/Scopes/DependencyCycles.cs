namespace Concurrency.Scopes;

/// <summary>Finds work that would wait for itself.</summary>
internal static class DependencyCycles
{
    /// <summary>Throws if one of the dependencies waits for the work that is to be started, directly or through others.</summary>
    public static void ThrowIfClosed<TKey, TValue>(string pool, DependencyNode<TKey, TValue> start, DependencyNode<TKey, TValue>[] dependencies)
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
                throw Closed(pool, start, next.From, cameFrom);
            }

            if (!next.Node.IsSettled && cameFrom.TryAdd(next.Node, next.From))
            {
                Array.ForEach(next.Node.Dependencies ?? [], dependency => open.Push((dependency, next.Node)));
            }
        }
    }

    private static DependencyCycleException Closed<TKey, TValue>(
        string pool,
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
        var circle = string.Join(" -> ", keys.Select(static key => $"'{key}'"));
        return new DependencyCycleException($"'{start.Key}' cannot be started in the pool '{pool}': it would wait for itself, {circle}. Take one of these dependencies away.", keys);
    }
}
