using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>What comes before what, whatever the schedule: Lamport's relation, kept with vector clocks.</summary>
/// <remarks>
/// It begins to count when it is made: whether one event comes before a later one depends only on what happens between the two.
/// </remarks>
/// <param name="orders">Whether an operation on a thing puts those who do it in an order.</param>
internal sealed class HappensBefore(Func<object, bool> orders)
{
    private readonly Dictionary<int, VectorClock> _actors = [];
    private readonly Dictionary<object, (VectorClock In, VectorClock Out)> _things = new(ReferenceEqualityComparer.Instance);

    /// <summary>The clock of an actor; all timers together are one.</summary>
    public VectorClock Of(Actor? actor) => Of(PlaceOf(actor));

    /// <summary>The present of an actor, as <see cref="IsBefore"/> takes it.</summary>
    public int Now(Actor? actor) => Of(actor)[PlaceOf(actor)];

    /// <summary>Whether a moment of one actor comes before the present of another in every schedule.</summary>
    public bool IsBefore(Actor? actor, int moment, Actor? other) => Of(other)[PlaceOf(actor)] >= moment;

    /// <summary>One actor has caused a turn of another.</summary>
    public void Caused(Actor? cause, Actor? caused)
    {
        if (!ReferenceEquals(cause, caused))
        {
            Of(caused).Join(Of(cause));
            Tick(cause);
        }
    }

    /// <summary>Comes before what later joins it.</summary>
    public VectorClock Stamp(Actor? actor)
    {
        var stamp = Of(actor).Copy();
        Tick(actor);
        return stamp;
    }

    public void Happened(Actor? actor, OperationKind kind, object thing)
    {
        if (!orders(thing))
        {
            return;
        }

        if (!_things.TryGetValue(thing, out var clocks))
        {
            _things.Add(thing, clocks = (new VectorClock(), new VectorClock()));
        }

        var mine = Of(actor);
        switch (kind)
        {
            case OperationKind.Acquire or OperationKind.AcquireShared or OperationKind.Wait or OperationKind.Read:
                mine.Join(clocks.In);
                break;
            case OperationKind.Release or OperationKind.Signal or OperationKind.Complete:
                clocks.In.Join(mine);
                Tick(actor);
                break;
            case OperationKind.Send:
                mine.Join(clocks.Out);
                clocks.In.Join(mine);
                Tick(actor);
                break;
            case OperationKind.Receive:
                mine.Join(clocks.In);
                clocks.Out.Join(mine);
                Tick(actor);
                break;
            case OperationKind.Write:
                mine.Join(clocks.In);
                clocks.In.Join(mine);
                Tick(actor);
                break;
        }
    }

    private static int PlaceOf(Actor? actor) => actor is null ? 0 : actor.Id + 1;

    private VectorClock Of(int place)
    {
        if (!_actors.TryGetValue(place, out var clock))
        {
            _actors.Add(place, clock = new VectorClock());
            clock.Tick(place);
        }

        return clock;
    }

    private void Tick(Actor? actor) => Of(actor).Tick(PlaceOf(actor));
}
