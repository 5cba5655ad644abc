namespace Concurrency.Diagnostics;

/// <summary>Arranges live objects beneath those they belong to, whatever they say while they change.</summary>
internal static class SnapshotTree
{
    // Reading, printing and JSON go down recursively.
    private const int Deepest = 100;

    public static (IReadOnlyList<SnapshotNode> Roots, int Omitted) Build(IReadOnlyCollection<ILiveObject> objects, int limit)
    {
        var seen = objects.Take(limit).Select(static item => new Seen(item)).ToArray();
        var byObject = new Dictionary<ILiveObject, Seen>(ReferenceEqualityComparer.Instance);
        foreach (var one in seen)
        {
            byObject[one.Item] = one;
        }

        var roots = new List<Seen>();
        foreach (var one in seen)
        {
            // A parent that has left in between leaves its children at the top.
            if (one.Parent is not null && byObject.TryGetValue(one.Parent, out var parent) && !IsBeneath(parent, one, byObject))
            {
                parent.Children.Add(one);
                one.IsPlaced = true;
            }
            else
            {
                roots.Add(one);
            }
        }

        return ([.. InOrder(roots.Select(static root => root.ToNode()))], objects.Count - seen.Length);
    }

    // Asked before each placement, so that no ring can come into being. Only placed objects lead upwards.
    private static bool IsBeneath(Seen start, Seen other, Dictionary<ILiveObject, Seen> byObject)
    {
        for (var one = start; ;)
        {
            if (ReferenceEquals(one, other))
            {
                return true;
            }

            if (!one.IsPlaced || one.Parent is null || !byObject.TryGetValue(one.Parent, out var parent))
            {
                return false;
            }

            one = parent;
        }
    }

    private static IEnumerable<SnapshotNode> InOrder(IEnumerable<SnapshotNode> nodes) =>
        nodes.OrderBy(static node => node.Kind, StringComparer.Ordinal).ThenBy(static node => node.Name, StringComparer.Ordinal);

    /// <summary>What an object has said, asked once.</summary>
    private sealed class Seen
    {
        private readonly string _kind;
        private readonly string _name;
        private readonly LiveDetails _details = new();

        public Seen(ILiveObject item)
        {
            Item = item;
            _kind = Ask(item, static one => one.Kind) ?? "unknown";
            _name = Ask(item, static one => one.Name) ?? "";
            Parent = Ask(item, static one => one.Parent);
            try
            {
                item.Describe(_details);
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }

        public ILiveObject Item { get; }

        public ILiveObject? Parent { get; }

        public bool IsPlaced { get; set; }

        public List<Seen> Children { get; } = [];

        /// <summary>This object with all beneath it; what is nested deeper than a reader can follow is shown flat.</summary>
        public SnapshotNode ToNode(int depth = 0) => new(
            _kind,
            _name,
            [.. _details.Values],
            depth < Deepest
                ? [.. InOrder(Children.Select(child => child.ToNode(depth + 1))), .. _details.Parts.Select(part => ToNode(part, depth + 1))]
                : [.. Descendants().Select(static one => new SnapshotNode(one._kind, one._name, [.. one._details.Values], []))]);

        private static SnapshotNode ToNode((string Kind, string Name, LiveDetails Details) part, int depth) => new(
            part.Kind,
            part.Name,
            [.. part.Details.Values],
            depth < Deepest ? [.. part.Details.Parts.Select(inner => ToNode(inner, depth + 1))] : []);

        private IEnumerable<Seen> Descendants()
        {
            var open = new Stack<Seen>(Children);
            while (open.TryPop(out var one))
            {
                yield return one;
                one.Children.ForEach(open.Push);
            }
        }

        private T? Ask<T>(ILiveObject item, Func<ILiveObject, T?> question)
            where T : class
        {
            try
            {
                return question(item);
            }
            catch (Exception error)
            {
                Fail(error);
                return null;
            }
        }

        private void Fail(Exception error) => _details.Add("error", $"{error.GetType().Name}: {MessageOf(error)}");

        private static string MessageOf(Exception error)
        {
            try
            {
                return error.Message;
            }
            catch (Exception worse)
            {
                return worse.GetType().Name;
            }
        }
    }
}
