using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Goes on with the same actor while it can, then with the turn that has been ready longest, except for a list of deviations.</summary>
/// <remarks>A deviation is bound to a step of an actor, not to a place in the list of choices: most of them keep their meaning when others go.</remarks>
internal sealed class Guided : Strategy
{
    private readonly Dictionary<(bool IsValue, int Actor, int Ordinal), Deviation> _wanted = [];
    private readonly Dictionary<int, int> _values = [];
    private readonly Strategy? _followed;
    private Actor? _going;

    /// <summary>Does what another strategy does, and finds its deviations.</summary>
    public Guided(Strategy followed) => _followed = followed;

    public Guided(IEnumerable<Deviation> deviations)
    {
        foreach (var deviation in deviations)
        {
            _wanted[(deviation.Kind != ChoiceKind.Schedule, deviation.Actor, deviation.Ordinal)] = deviation;
        }
    }

    public override string Name => "minimised";

    /// <summary>The deviations that this run made.</summary>
    public List<Deviation> Made { get; } = [];

    /// <summary>How often another actor went than the one before.</summary>
    public int Switches { get; private set; }

    public override int Pick(ReadySet ready, Actor? current)
    {
        var plain = Plain(ready, current);
        var (actor, ordinal) = current is null ? (int.MinValue, 0) : (current.Id, current.Steps);
        var index = plain;
        if (_followed is not null)
        {
            index = _followed.Pick(ready, current);
        }
        else if (_wanted.TryGetValue((false, actor, ordinal), out var wanted) && Find(ready, wanted) is >= 0 and var found)
        {
            index = found;
        }

        if (index != plain)
        {
            var target = ready[index].Actor;
            Made.Add(new Deviation(ChoiceKind.Schedule, actor, ordinal, target.Id, Occurrence(ready, index)));
        }

        return index;
    }

    public override int PickValue(ChoiceKind kind, int of)
    {
        var actor = _going?.Id ?? int.MinValue;
        var ordinal = _values[actor] = _values.GetValueOrDefault(actor) + 1;
        var plain = PlainValue(kind, of);
        var value = plain;
        if (_followed is not null)
        {
            value = _followed.PickValue(kind, of);
        }
        else if (_wanted.TryGetValue((true, actor, ordinal), out var wanted) && wanted.Kind == kind)
        {
            value = Math.Min(wanted.Target, of - 1);
        }

        if (value != plain)
        {
            Made.Add(new Deviation(kind, actor, ordinal, value, 0));
        }

        return value;
    }

    public override void Going(ReadyItem item, ReadySet rest)
    {
        if (_going is not null && !ReferenceEquals(_going, item.Actor))
        {
            Switches++;
        }

        _going = item.Actor;
    }

    /// <summary>Zero, except that what may happen does not.</summary>
    private static int PlainValue(ChoiceKind kind, int of) => kind == ChoiceKind.Maybe ? of - 1 : 0;

    private static int Plain(ReadySet ready, Actor? current)
    {
        for (var index = 0; index < ready.Count; index++)
        {
            if (ReferenceEquals(ready[index].Actor, current))
            {
                return index;
            }
        }

        return 0;
    }

    private static int Occurrence(ReadySet ready, int index)
    {
        var before = 0;
        for (var other = 0; other < index; other++)
        {
            before += ready[other].Actor.Id == ready[index].Actor.Id ? 1 : 0;
        }

        return before;
    }

    private static int Find(ReadySet ready, Deviation wanted)
    {
        var before = 0;
        for (var index = 0; index < ready.Count; index++)
        {
            if (ready[index].Actor.Id == wanted.Target && before++ == wanted.Nth)
            {
                return index;
            }
        }

        return -1;
    }
}
