using Concurrency.Execution;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Ranks turns at random and draws anew for those that race with the one that goes: Yuan, Yang and Gu, CAV 2018.</summary>
internal sealed class Pos : Strategy
{
    public override string Name => "pos";

    public override void Added(ReadyItem item) => item.Priority = (long)(Random.Next() >> 1);

    public override int Pick(ReadySet ready, Actor? current)
    {
        var items = ready.Items;
        var best = 0;
        for (var index = 1; index < items.Length; index++)
        {
            if (items[index].Priority > items[best].Priority)
            {
                best = index;
            }
        }

        return best;
    }

    public override void Going(ReadyItem item, ReadySet rest)
    {
        if (item.Resource is null)
        {
            return;
        }

        foreach (var other in rest.Items)
        {
            if (ReferenceEquals(other.Resource, item.Resource) && !(IsRead(other.Operation) && IsRead(item.Operation)))
            {
                other.Priority = (long)(Random.Next() >> 1);
            }
        }
    }

    private static bool IsRead(OperationKind kind) => kind is OperationKind.Read or OperationKind.AcquireShared;
}
