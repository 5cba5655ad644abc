using System.Globalization;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Ranks actors at random and lowers the leader's rank at a few random steps: Burckhardt et al., ASPLOS 2010.</summary>
/// <remarks>A bug that needs <c>d</c> ordering constraints is found with a probability of at least 1 / (n k^(d-1)).</remarks>
internal sealed class Pct(int depth) : Strategy
{
    private readonly long[] _changes = new long[depth - 1];
    private long _picks;
    private int _lowered;

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"pct:{depth}");

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        _picks = 0;
        _lowered = 0;
        for (var index = 0; index < _changes.Length; index++)
        {
            _changes[index] = 1 + Random.Below(Math.Max(1, estimate.Steps));
        }

        Array.Sort(_changes);
        return true;
    }

    public override void Created(Actor actor) => actor.Priority = (1L << 40) + (long)(Random.Next() >> 24);

    public override int Pick(ReadySet ready, Actor? current)
    {
        _picks++;
        var best = Highest(ready);
        while (_lowered < _changes.Length && _picks >= _changes[_lowered])
        {
            // Each change point has a rank of its own below all others, the later the lower.
            ready[best].Actor.Priority = _changes.Length - _lowered++;
            best = Highest(ready);
        }

        return best;
    }

    private static int Highest(ReadySet ready)
    {
        var items = ready.Items;
        var best = 0;
        for (var index = 1; index < items.Length; index++)
        {
            if (items[index].Actor.Priority > items[best].Actor.Priority)
            {
                best = index;
            }
        }

        return best;
    }
}
