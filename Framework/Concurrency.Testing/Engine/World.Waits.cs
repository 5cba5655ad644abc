using Concurrency.Execution;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

internal sealed partial class World
{
    private readonly Dictionary<object, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Type, int> _numbers = [];

    /// <summary>Gives a thing a name for reports.</summary>
    public void Name(object resource, string name) => _names[resource] = name;

    /// <summary>The name of a thing: the one that was given, or its type and a number.</summary>
    public string NameOf(object resource)
    {
        if (_names.TryGetValue(resource, out var name))
        {
            return name;
        }

        var type = resource.GetType();
        var number = _numbers[type] = _numbers.GetValueOrDefault(type) + 1;
        var plain = type.Name.Split('`')[0];
        return _names[resource] = $"{plain} #{number}";
    }

    /// <summary>What an actor that cannot go on waits for, as a clause.</summary>
    public string WaitOf(Actor actor) => actor.Resource is null
        ? "waits for something that is not of this framework"
        : $"{Verb(actor.Operation)} {NameOf(actor.Resource)}";

    private static string Verb(OperationKind kind) => kind switch
    {
        OperationKind.Acquire => "waits to acquire",
        OperationKind.AcquireShared => "waits to acquire a share of",
        OperationKind.Send => "waits to send to",
        OperationKind.Receive => "waits to receive from",
        OperationKind.Wait => "waits for",
        OperationKind.None => "is at",
        _ => $"was last at a {kind.ToString().ToLowerInvariant()} of",
    };
}
