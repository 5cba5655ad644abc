using System.Globalization;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Ranks actors at random and lowers the leader's rank at a few random steps: Burckhardt et al., ASPLOS 2010.</summary>
/// <remarks>A bug that needs <c>d</c> ordering constraints is found with a probability of at least 1 / (n k^(d-1)).</remarks>
internal sealed class Pct(int depth) : Strategy
{
    private readonly RankedTurns _ranked = new();
    private readonly long[] _changes = new long[depth - 1];
    private long _picks;
    private int _lowered;

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"pct:{depth}");

    public override bool NeedsEstimate => true;

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        _ranked.Clear();
        _picks = 0;
        _lowered = 0;
        // The schedule that the estimate comes from may have been a short one: some look for changes behind its end.
        var picks = Math.Max(1, estimate.Picks) << Random.Below(3);
        for (var index = 0; index < _changes.Length; index++)
        {
            _changes[index] = 1 + Random.Below(picks);
        }

        Array.Sort(_changes);
        return true;
    }

    public override void Created(Actor actor) => actor.Priority = (1L << 40) + (long)(Random.Next() >> 24);

    public override void Added(ReadyItem item)
    {
        item.Priority = item.Actor.Priority;
        _ranked.Add(item);
    }

    public override int Pick(ReadySet ready, Actor? current)
    {
        _picks++;
        var first = _ranked.First(ready);
        while (_lowered < _changes.Length && _picks >= _changes[_lowered])
        {
            // Each change point has a rank of its own below all others, the later the lower.
            Lower(first.Actor, _changes.Length - _lowered++, ready);
            first = _ranked.First(ready);
        }

        return ready.IndexOf(first);
    }

    public override void Going(ReadyItem item, ReadySet rest)
    {
        if (rest.Count == 0)
        {
            _ranked.Clear();
        }
    }

    private void Lower(Actor actor, int rank, ReadySet ready)
    {
        actor.Priority = rank;
        foreach (var item in ready.Items)
        {
            if (ReferenceEquals(item.Actor, actor))
            {
                item.Priority = rank;
                _ranked.Add(item);
            }
        }
    }
}
