using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Ranks turns at random and draws anew for those that race with the one that goes: Yuan, Yang and Gu, CAV 2018.</summary>
internal sealed class Pos : Strategy
{
    private readonly RankedTurns _ranked = new();

    public override string Name => "pos";

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        _ranked.Clear();
        return base.Begin(seed, estimate);
    }

    public override void Added(ReadyItem item) => Rank(item);

    public override int Pick(ReadySet ready, Actor? current) => ready.IndexOf(_ranked.First(ready));

    public override void Going(ReadyItem item, ReadySet rest)
    {
        if (rest.Count == 0)
        {
            _ranked.Clear();
        }
        else if (item.Resource is { } resource)
        {
            foreach (var other in rest.Items)
            {
                if (ReferenceEquals(other.Resource, resource) && !(AccessLog.IsRead(other.Operation) && AccessLog.IsRead(item.Operation)))
                {
                    Rank(other);
                }
            }
        }
    }

    private void Rank(ReadyItem item)
    {
        item.Priority = (long)(Random.Next() >> 1);
        _ranked.Add(item);
    }
}
