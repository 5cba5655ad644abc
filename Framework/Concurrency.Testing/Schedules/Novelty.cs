using System.Numerics;

namespace Concurrency.Testing.Schedules;

/// <summary>Counts behaviour that no schedule has shown before: who came to a thing after whom, with what, and how far both were.</summary>
/// <remarks>
/// How far an actor is counts by powers of two. So the orders in which everybody gets on alike are soon known, and one in which
/// somebody is left far behind is new.
/// </remarks>
internal sealed class Novelty
{
    private const int Most = 1 << 20;

    private readonly Dictionary<object, (int Number, ulong Last)> _last = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<ulong> _known = [];

    /// <summary>How much of this schedule was new.</summary>
    public int Found { get; private set; }

    /// <summary>Begins a schedule.</summary>
    public void Begin()
    {
        _last.Clear();
        Found = 0;
    }

    /// <summary>A turn goes.</summary>
    public void Add(ReadyItem item)
    {
        if (item.Resource is not { } resource)
        {
            return;
        }

        var how = ((ulong)(uint)item.Actor.Id & 0x3FF) | ((ulong)item.Operation << 10) | ((ulong)BitOperations.Log2((uint)item.Actor.Steps + 1) << 14);
        if (_last.TryGetValue(resource, out var before))
        {
            if (_known.Count < Most && _known.Add(how | (before.Last << 19) | ((ulong)Math.Min(before.Number, 255) << 38)))
            {
                Found++;
            }

            _last[resource] = (before.Number, how);
        }
        else
        {
            _last.Add(resource, (_last.Count, how));
        }
    }
}
