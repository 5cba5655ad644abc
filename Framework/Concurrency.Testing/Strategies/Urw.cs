using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Picks actors in proportion to what they still have to do, so that each order is about as likely as any other: Zhao et al., ASPLOS 2025.</summary>
/// <remarks>Until an actor is made, its turns count as those of the one that will make it.</remarks>
internal sealed class Urw : Strategy
{
    private readonly List<(EstimatedActor? Expected, int Made)> _seen = [];
    private EstimatedActor _roots = ScheduleEstimate.None.Roots;
    private int _rootsMade;

    public override string Name => "urw";

    public override bool NeedsEstimate => true;

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        _seen.Clear();
        _roots = estimate.Roots;
        _rootsMade = 0;
        return true;
    }

    public override void Created(Actor actor)
    {
        var expected = ExpectedOf(actor.Parent);
        actor.Remaining = expected?.Turns ?? 1;
        if (actor.Parent is { } parent)
        {
            parent.Remaining -= actor.Remaining;
        }

        _seen.Add((expected, 0));
    }

    public override int Pick(ReadySet ready, Actor? current)
    {
        var items = ready.Items;
        var sum = 0;
        foreach (var item in items)
        {
            sum += Math.Max(1, item.Actor.Remaining);
        }

        var drawn = Random.Below(sum);
        var index = 0;
        while ((drawn -= Math.Max(1, items[index].Actor.Remaining)) >= 0)
        {
            index++;
        }

        return index;
    }

    public override void Going(ReadyItem item, ReadySet rest) => item.Actor.Remaining--;

    private EstimatedActor? ExpectedOf(Actor? parent)
    {
        if (parent is null)
        {
            return _rootsMade < _roots.Made.Count ? _roots.Made[_rootsMade++] : null;
        }

        if (parent.Id < 0 || parent.Id >= _seen.Count)
        {
            return null;
        }

        var (expected, made) = _seen[parent.Id];
        _seen[parent.Id] = (expected, made + 1);
        return expected is not null && made < expected.Made.Count ? expected.Made[made] : null;
    }
}
