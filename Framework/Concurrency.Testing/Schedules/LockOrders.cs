namespace Concurrency.Testing.Schedules;

/// <summary>In which orders locks are taken, and whether these orders could close a circle of waiting.</summary>
/// <remarks>
/// A circle is only told when every two of its actors could have been there at the same time: nothing but locks puts the two moments in
/// an order, and no lock that both hold keeps one of them out. Two shares of one lock are in nobody's way. What an actor did that has
/// ended counts as before what comes now: others may have awaited its end.
/// </remarks>
internal sealed class LockOrders(HappensBefore order, Predicate<Actor> hasEnded)
{
    private const int LongestCircle = 4;

    private readonly List<Nesting> _nestings = [];

    /// <summary>Adds that an actor waits for one lock while it holds others.</summary>
    /// <returns>A circle that this closes; empty if there is none.</returns>
    public IReadOnlyList<Nesting> Add(Actor actor, Hold[] held, Hold wanted)
    {
        var nesting = new Nesting(actor, order.Now(actor), order.Of(actor).Copy(), held, wanted);
        if (Array.Exists(held, hold => ReferenceEquals(hold.Resource, wanted.Resource)) || _nestings.Exists(nesting.IsLike))
        {
            return [];
        }

        _nestings.Add(nesting);
        var path = new List<Nesting> { nesting };
        return Close(path) ? path : [];
    }

    private static bool InTheWay(Nesting waiting, Nesting holding) =>
        Array.Exists(holding.Held, hold => ReferenceEquals(hold.Resource, waiting.Wanted.Resource)
            && !(hold.Operation == Execution.OperationKind.AcquireShared && waiting.Wanted.Operation == Execution.OperationKind.AcquireShared));

    private static bool ExcludeEachOther(Nesting one, Nesting other) =>
        Array.Exists(one.Held, mine => Array.Exists(other.Held, theirs => ReferenceEquals(mine.Resource, theirs.Resource)
            && !(mine.Operation == Execution.OperationKind.AcquireShared && theirs.Operation == Execution.OperationKind.AcquireShared)));

    private bool Close(List<Nesting> path)
    {
        if (path.Count > 1 && InTheWay(path[^1], path[0]))
        {
            return true;
        }

        if (path.Count == LongestCircle)
        {
            return false;
        }

        foreach (var next in _nestings)
        {
            if (InTheWay(path[^1], next) && path.TrueForAll(one => CouldMeet(one, next)))
            {
                path.Add(next);
                if (Close(path))
                {
                    return true;
                }

                path.RemoveAt(path.Count - 1);
            }
        }

        return false;
    }

    private bool CouldMeet(Nesting one, Nesting other) =>
        !ReferenceEquals(one.Actor, other.Actor) && !hasEnded(one.Actor) && !hasEnded(other.Actor) && !ExcludeEachOther(one, other) && !one.IsBefore(other) && !other.IsBefore(one);

    /// <summary>One moment at which an actor held locks and waited for another.</summary>
    internal sealed record Nesting(Actor Actor, int Moment, VectorClock Clock, Hold[] Held, Hold Wanted)
    {
        public bool IsBefore(Nesting other) => other.Clock[Actor.Id + 1] >= Moment;

        public bool IsLike(Nesting other) =>
            ReferenceEquals(Actor, other.Actor) && Wanted == other.Wanted && Held.AsSpan().SequenceEqual(other.Held);
    }
}
