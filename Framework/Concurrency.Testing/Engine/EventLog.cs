using Concurrency.Execution;
using Concurrency.Testing.Reports;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>Keeps what happens in one schedule, with the places in the code; far slower than the schedule itself.</summary>
internal sealed class EventLog(World world, int most)
{
    private readonly Queue<TimelineRow> _rows = new();
    private readonly List<string> _names = [];
    private readonly Dictionary<Actor, int> _columns = [];
    private readonly Dictionary<Actor, CodePlace?> _places = [];
    private Actor? _last;
    private long _omitted;

    /// <summary>An actor is about to do an operation, at once or when it is its turn again.</summary>
    public void Arrived(Actor actor, bool goesOn)
    {
        var place = CodePlace.OfCaller();
        if (goesOn)
        {
            Add(actor, Word(actor.Operation), actor.Resource, place);
        }
        else
        {
            _places[actor] = place;
        }
    }

    /// <summary>An operation was done that waits for no turn.</summary>
    public void Touched(Actor? actor, OperationKind kind, object resource) =>
        Add(actor ?? _last, Word(kind), resource, CodePlace.OfCaller());

    /// <summary>An operation at which an actor was stopped is done without a turn of its own.</summary>
    public void Finishing(ReadyItem item) => Add(item.Actor, Word(item.Operation), item.Resource, _places.GetValueOrDefault(item.Actor));

    /// <summary>A turn begins, or goes on.</summary>
    public void Going(ReadyItem item)
    {
        var actor = item.Actor;
        if (_last is { } last && !ReferenceEquals(last, actor))
        {
            Add(last, $"switch ({Reason(last)})", null, null, isSwitch: true);
        }

        _last = actor;
        if (item.IsMidTurn)
        {
            Add(actor, Word(item.Operation), item.Resource, _places.GetValueOrDefault(actor));
        }
        else
        {
            Add(actor, actor.Id < 0 ? "timer" : actor.Steps == 0 ? "start" : "go on", null, null);
        }
    }

    public SimulationTimeline ToTimeline() => new(_names, [.. _rows], _omitted);

    private static string Reason(Actor actor) =>
        actor.Ready > 0 ? "could go on" : actor.Promise is { IsCompleted: true } ? "has ended" : actor.Id < 0 ? "has fired" : "waits";

    private static string Word(OperationKind kind) => kind switch
    {
        OperationKind.None => "yield",
        OperationKind.AcquireShared => "acquire a share of",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private void Add(Actor? actor, string operation, object? resource, CodePlace? place, bool isSwitch = false)
    {
        if (actor is null)
        {
            return;
        }

        if (!_columns.TryGetValue(actor, out var column))
        {
            column = _columns[actor] = _names.Count;
            _names.Add(actor.Id == 0 ? "body" : Descriptions.NameOf(actor));
        }

        if (_rows.Count == most)
        {
            _rows.Dequeue();
            _omitted++;
        }

        _rows.Enqueue(new TimelineRow
        {
            Step = world.Steps,
            Nanoseconds = world.Clock.Now,
            Actor = column,
            Operation = operation,
            Resource = resource is null ? null : world.NameOf(resource),
            File = place?.File,
            Line = place?.Line ?? 0,
            Method = place?.Method,
            IsSwitch = isSwitch,
        });
    }
}
