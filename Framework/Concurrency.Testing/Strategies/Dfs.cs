using System.Runtime.InteropServices;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Every schedule and every value, one after the other; needs no more memory than one schedule has choices.</summary>
internal sealed class Dfs : Strategy
{
    private readonly List<ChoicePoint> _path = [];
    private int _depth;
    private bool _begun;

    public override string Name => "dfs";

    public override bool IsExhaustive => true;

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        _depth = 0;
        if (!_begun)
        {
            return _begun = true;
        }

        while (_path.Count > 0 && !CollectionsMarshal.AsSpan(_path)[^1].Next())
        {
            _path.RemoveAt(_path.Count - 1);
        }

        return _path.Count > 0;
    }

    public override int Pick(ReadySet ready, Actor? current) => PickValue(ChoiceKind.Schedule, ready.Count);

    public override int PickValue(ChoiceKind kind, int of)
    {
        if (_depth == _path.Count)
        {
            _path.Add(new ChoicePoint(kind, of));
        }

        var point = _path[_depth++];
        point.Check(kind, of);
        return point.Chosen;
    }
}
