namespace Concurrency.Scopes;

/// <summary>Finds work that would wait for itself.</summary>
/// <remarks>
/// Work stands still as soon as one of its dependencies does, or one of the waits that it has begun. Such a wait goes on with any of its
/// keys, so it stands still only with all of them.
/// </remarks>
internal static class DependencyCycles<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Throws if one of the dependencies depends on the work that is to be started, directly or through others.</summary>
    /// <returns>Whether one of them waits for it in another way, so that <see cref="RefuseWait"/> has to look.</returns>
    public static bool ThrowIfStartCloses(string pool, DependencyNode<TKey, TValue> start, DependencyNode<TKey, TValue>[] dependencies)
    {
        if (FindCircle(start, dependencies, static node => node.WaitsFor) is null)
        {
            return false;
        }

        if (FindCircle(start, dependencies, static node => node.Dependencies ?? []) is { } circle)
        {
            var keys = Keys(circle);
            throw new DependencyCycleException(
                $"'{start.Key}' cannot be started in the pool '{pool}': it would wait for itself, {Spell(keys)}. Take one of these dependencies away.", keys);
        }

        return true;
    }

    /// <summary>Why work must not go to sleep in a wait that it has begun; null if it may.</summary>
    public static DependencyCycleException? WhyNotSleep(string pool, DependencyNode<TKey, TValue> asker, DependencyWait<TKey, TValue> wait)
    {
        if (FindCircle(asker, wait.Nodes, static node => node.WaitsFor) is null)
        {
            return null;
        }

        var still = StandingStill(asker);
        return IsStill(asker, wait, still) ? Refusal(pool, asker, wait, still) : null;
    }

    /// <summary>Refuses one of the waits that stand still because of work that was just started.</summary>
    /// <returns>The wait, or null if none does.</returns>
    public static DependencyWait<TKey, TValue>? RefuseWait(string pool, DependencyNode<TKey, TValue> start)
    {
        var still = StandingStill(start);
        if (!still.Contains(start) || FindCircle(start, [.. StillFor(start, still)], node => StillFor(node, still)) is not { } circle)
        {
            return null;
        }

        foreach (var node in circle)
        {
            if (node.Sleeps.FirstOrDefault(wait => IsStill(node, wait, still)) is { } wait)
            {
                wait.Refusal = Refusal(pool, node, wait, still);
                return wait;
            }
        }

        return null;
    }

    private static DependencyCycleException Refusal(
        string pool, DependencyNode<TKey, TValue> asker, DependencyWait<TKey, TValue> wait, HashSet<DependencyNode<TKey, TValue>> still)
    {
        // Work that only waits for such a circle is not in it; then the keys of the wait are all there is to tell.
        var circle = FindCircle(asker, wait.Nodes, node => StillFor(node, still)) ?? [asker, .. wait.Nodes.Where(static node => !node.IsSettled)];
        var keys = Keys(circle);
        return new DependencyCycleException(
            $"The work of '{asker.Key}' cannot wait for '{keys[1]}' in the pool '{pool}': it would wait for itself, {Spell(keys)}. Do not wait for it there, or post the value of '{asker.Key}' before.",
            keys);
    }

    /// <summary>All that can never go on, of what the work waits for, itself included.</summary>
    private static HashSet<DependencyNode<TKey, TValue>> StandingStill(DependencyNode<TKey, TValue> start)
    {
        List<DependencyNode<TKey, TValue>> reached = [start];
        var still = new HashSet<DependencyNode<TKey, TValue>>(reached);
        for (var i = 0; i < reached.Count; i++)
        {
            reached.AddRange(reached[i].WaitsFor.Where(node => !node.IsSettled && still.Add(node)));
        }

        // The farthest first: what goes on there is what those before it wait for.
        var before = 0;
        while (before != still.Count)
        {
            before = still.Count;
            for (var i = reached.Count - 1; i >= 0; i--)
            {
                if (!StillFor(reached[i], still).Any())
                {
                    still.Remove(reached[i]);
                }
            }
        }

        return still;
    }

    /// <summary>What keeps work from going on, if nothing of the given set ever does.</summary>
    private static IEnumerable<DependencyNode<TKey, TValue>> StillFor(DependencyNode<TKey, TValue> node, HashSet<DependencyNode<TKey, TValue>> still) =>
        (node.Dependencies ?? [])
            .Concat(node.Sleeps.Where(wait => IsStill(node, wait, still)).SelectMany(static wait => wait.Nodes))
            .Where(other => !other.IsSettled && still.Contains(other));

    // Its own key is never what a wait goes on with, so work that asks for it is told at once.
    private static bool IsStill(DependencyNode<TKey, TValue> asker, DependencyWait<TKey, TValue> wait, HashSet<DependencyNode<TKey, TValue>> still) =>
        wait.Nodes.Contains(asker) || wait.Nodes.All(node => node.IsSettled || still.Contains(node));

    private static List<DependencyNode<TKey, TValue>>? FindCircle(
        DependencyNode<TKey, TValue> start,
        DependencyNode<TKey, TValue>[] first,
        Func<DependencyNode<TKey, TValue>, IEnumerable<DependencyNode<TKey, TValue>>> waitsFor)
    {
        // Depth first, without recursion: a chain may be as long as there are keys.
        var cameFrom = new Dictionary<DependencyNode<TKey, TValue>, DependencyNode<TKey, TValue>>();
        var open = new Stack<(DependencyNode<TKey, TValue> Node, DependencyNode<TKey, TValue> From)>();
        Array.ForEach(first, node => open.Push((node, start)));
        while (open.TryPop(out var next))
        {
            if (ReferenceEquals(next.Node, start))
            {
                return Path(start, next.From, cameFrom);
            }

            if (!next.Node.IsSettled && cameFrom.TryAdd(next.Node, next.From))
            {
                foreach (var other in waitsFor(next.Node))
                {
                    open.Push((other, next.Node));
                }
            }
        }

        return null;
    }

    private static List<DependencyNode<TKey, TValue>> Path(
        DependencyNode<TKey, TValue> start,
        DependencyNode<TKey, TValue> last,
        Dictionary<DependencyNode<TKey, TValue>, DependencyNode<TKey, TValue>> cameFrom)
    {
        List<DependencyNode<TKey, TValue>> path = [start];
        for (var node = last; !ReferenceEquals(node, start); node = cameFrom[node])
        {
            path.Add(node);
        }

        path.Add(start);
        path.Reverse();
        return path;
    }

    private static List<object> Keys(List<DependencyNode<TKey, TValue>> circle) => circle.ConvertAll(static node => (object)node.Key);

    private static string Spell(List<object> keys) => string.Join(" -> ", keys.Select(static key => $"'{key}'"));
}
