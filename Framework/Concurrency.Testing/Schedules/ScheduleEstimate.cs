namespace Concurrency.Testing.Schedules;

/// <summary>What one schedule of a body was like, for strategies that must know how long one is.</summary>
internal sealed class ScheduleEstimate
{
    public static readonly ScheduleEstimate None = new() { Picks = 64, Roots = new EstimatedActor() };

    /// <summary>How often one of several turns was picked.</summary>
    public required int Picks { get; init; }

    /// <summary>Stands for the maker of the actors that nobody made: the body, first, and those of timers.</summary>
    public required EstimatedActor Roots { get; init; }

    public static ScheduleEstimate Of(IReadOnlyList<Actor> actors, int picks)
    {
        var roots = new EstimatedActor();
        var made = new Dictionary<Actor, EstimatedActor>(ReferenceEqualityComparer.Instance);
        foreach (var actor in actors)
        {
            var own = made[actor] = new EstimatedActor { Turns = actor.Steps };
            (actor.Parent is { } parent && made.TryGetValue(parent, out var maker) ? maker : roots).Made.Add(own);
        }

        Sum(roots);
        return new ScheduleEstimate { Picks = picks, Roots = roots };
    }

    private static int Sum(EstimatedActor actor)
    {
        foreach (var child in actor.Made)
        {
            actor.Turns += Sum(child);
        }

        return actor.Turns;
    }
}
