using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>The names of things, and who waits for whom.</content>
internal sealed partial class World
{
    private Dictionary<object, string>? _given;
    private Dictionary<string, int>? _numbers;

    private Dictionary<object, string> Names => _given ??= new(ReferenceEqualityComparer.Instance);

    /// <summary>Gives a thing a name for reports.</summary>
    public void Name(object thing, string name)
    {
        Names[thing] = name;
        if (thing is IInterleaved { Resource: var inside })
        {
            Names[inside] = name;
        }
    }

    /// <summary>The name of a thing: the one that was given, or its type and a number.</summary>
    public string NameOf(object resource)
    {
        if (Names.TryGetValue(resource, out var name))
        {
            return name;
        }

        if (GivenName(resource) is { } given)
        {
            return Names[resource] = given;
        }

        var type = TypeName(resource);
        _numbers ??= new(StringComparer.Ordinal);
        var number = _numbers[type] = _numbers.GetValueOrDefault(type) + 1;
        return Names[resource] = $"{type} #{number}";
    }

    /// <summary>What an actor that cannot go on waits for, as a clause.</summary>
    public string WaitOf(Actor actor) => actor.Waits.Count == 0
        ? "awaits a task"
        : string.Join(" and ", actor.Waits.Select(wait => $"{Verb(wait.Operation)} {Quoted(wait.Resource)}"));

    /// <summary>What an actor has taken, as a list; empty if nothing.</summary>
    public string HoldsOf(Actor actor) => string.Join(" and ", actor.Holds.Select(hold => Quoted(hold.Resource)).Distinct());

    /// <summary>A circle of actors each of which waits for what the next one holds; empty if there is none.</summary>
    public IReadOnlyList<Actor> WaitCycle()
    {
        foreach (var start in _actors)
        {
            var path = new List<Actor>();
            if (start.Waits.Count > 0 && Follow(start, path, []) is { } cycle)
            {
                return cycle;
            }
        }

        return [];
    }

    private List<Actor>? Follow(Actor actor, List<Actor> path, HashSet<Actor> dead)
    {
        var seen = path.IndexOf(actor);
        if (seen >= 0)
        {
            return path[seen..];
        }

        if (!dead.Add(actor))
        {
            return null;
        }

        path.Add(actor);
        foreach (var other in InTheWayOf(actor))
        {
            if (Follow(other, path, dead) is { } cycle)
            {
                return cycle;
            }
        }

        path.RemoveAt(path.Count - 1);
        return null;
    }

    private IEnumerable<Actor> InTheWayOf(Actor actor)
    {
        foreach (var wait in actor.Waits)
        {
            if (wait.Operation is not (OperationKind.Acquire or OperationKind.AcquireShared))
            {
                continue;
            }

            foreach (var other in _actors)
            {
                // Readers also wait behind a writer that waits.
                if (other.Holds.Exists(hold => ReferenceEquals(hold.Resource, wait.Resource))
                    || (wait.Operation == OperationKind.AcquireShared && other != actor && other.Waits.Contains(new Hold(OperationKind.Acquire, wait.Resource))))
                {
                    yield return other;
                }
            }
        }
    }

    private string Quoted(object resource) => $"'{NameOf(resource)}'";

    private static string? GivenName(object resource) => resource switch
    {
        IChannelMeasured { Name: { Length: > 0 } given } => given,
        TaskScope scope => $"scope '{scope.Name}'",
        SpawnedWork work => $"work '{work.Name}'",
        IRootTask root => $"end of '{Descriptions.NameOf(root)}'",
        _ => null,
    };

    private static string TypeName(object resource)
    {
        if (resource is WatchedLock locked)
        {
            return locked.Kind;
        }

        var type = resource.GetType();
        var name = type.Name.Split('`')[0];
        return name switch
        {
            "Core" when type.DeclaringType is { } outer => outer.Name.Split('`')[0],
            "ChannelCore" => "BoundedChannel",
            "BroadcastCore" => "BroadcastChannel",
            "ResourcePoolCore" => "ResourcePool",
            "DependencyBoard" => "DependencyPool",
            "PoolSlots" => "WorkPool",
            _ => name,
        };
    }

    private static string Verb(OperationKind kind) => kind switch
    {
        OperationKind.Acquire => "waits to acquire",
        OperationKind.AcquireShared => "waits to acquire a share of",
        OperationKind.Release => "waits to give back",
        OperationKind.Send => "waits to send to",
        OperationKind.Receive => "waits to receive from",
        OperationKind.Wait => "waits for",
        _ => $"is at a {kind.ToString().ToLowerInvariant()} of",
    };
}
