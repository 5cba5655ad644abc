namespace Concurrency.Diagnostics;

/// <summary>One object of a <see cref="ConcurrencySnapshot"/> with what belongs to it.</summary>
/// <param name="Kind">What it is, in lower case: "executor", "scope", "channel", "pool", "task".</param>
/// <param name="Name">The name that its maker gave it.</param>
/// <param name="Values">What was worth seeing, in a fixed order per kind. The key "error" says that the object could not describe itself.</param>
/// <param name="Children">What belongs to it, in the order of kind and name.</param>
public sealed record SnapshotNode(
    string Kind, string Name, IReadOnlyList<KeyValuePair<string, string>> Values, IReadOnlyList<SnapshotNode> Children)
{
    /// <summary>The value of a key, or null.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var (name, value) in Values)
            {
                if (name == key)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>This object, then those beneath it.</summary>
    public IEnumerable<SnapshotNode> SelfAndDescendants()
    {
        var open = new Stack<SnapshotNode>([this]);
        while (open.TryPop(out var node))
        {
            yield return node;
            for (var index = node.Children.Count - 1; index >= 0; index--)
            {
                open.Push(node.Children[index]);
            }
        }
    }
}
