using System.Globalization;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>The order of an event loop, in which at a few random steps the next turn goes behind all others: Emmi, Qadeer and Rakamarić, POPL 2011.</summary>
internal sealed class DelayBound(int bound) : Strategy
{
    private readonly long[] _delays = new long[bound];
    private long _picks;
    private long _order;
    private int _used;

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"delay:{bound}");

    public override bool NeedsEstimate => true;

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        _picks = 0;
        _order = 0;
        _used = 0;
        for (var index = 0; index < _delays.Length; index++)
        {
            _delays[index] = 1 + Random.Below(Math.Max(1, estimate.Picks));
        }

        Array.Sort(_delays);
        return true;
    }

    public override void Added(ReadyItem item) => item.Priority = ++_order;

    public override int Pick(ReadySet ready, Actor? current)
    {
        _picks++;
        var first = First(ready);
        while (_used < _delays.Length && _picks >= _delays[_used])
        {
            _used++;
            ready[first].Priority = ++_order;
            first = First(ready);
        }

        return first;
    }

    private int First(ReadySet ready)
    {
        if (_used == 0)
        {
            return 0;
        }

        var items = ready.Items;
        var first = 0;
        for (var index = 1; index < items.Length; index++)
        {
            if (items[index].Priority < items[first].Priority)
            {
                first = index;
            }
        }

        return first;
    }
}
