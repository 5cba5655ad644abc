using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>One schedule for each order of steps that depend on each other, with all values: Abdulla et al., POPL 2014 (source sets, sleep sets).</summary>
/// <remarks>
/// Two steps depend on each other when they belong to one actor; when they work on one thing and not both only read it; when their
/// executor lets only some of its turns go at a time; when both end an actor's work and one of them lets somebody go on or fails;
/// and when one of them made the other possible. Each schedule is looked through for steps whose order was not forced. Where such
/// steps could have gone the other way round, that is tried later.
/// </remarks>
internal sealed class Dpor : Strategy
{
    private readonly List<DporStep> _steps = [];
    private readonly List<int> _enabledBy = [];
    private readonly RaceReversal _reversal;
    private int _depth;
    private int _fresh;
    private int _floor;
    private bool _isOpen;
    private int _redundant;
    private bool _begun;
    private Actor? _actor;
    private bool _wasEnded;

    public Dpor() => _reversal = new RaceReversal(_steps);

    public override string Name => "dpor";

    public override bool IsExhaustive => true;

    public override AccessLog Accesses { get; } = new();

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        base.Begin(seed, estimate);
        Accesses.Clear();
        _enabledBy.Clear();
        _depth = -1;
        _floor = 0;
        _isOpen = false;
        _redundant = int.MaxValue;
        _actor = null;
        if (!_begun)
        {
            return _begun = true;
        }

        while (_steps.Count > 0 && !_steps[^1].Next())
        {
            _steps.RemoveAt(_steps.Count - 1);
        }

        _fresh = _steps.Count - 1;
        return _steps.Count > 0;
    }

    public override void Added(ReadyItem item)
    {
        while (_enabledBy.Count <= item.Sequence)
        {
            _enabledBy.Add(-2);
        }

        if (_enabledBy[(int)item.Sequence] == -2)
        {
            // A turn that comes back, since its executor had no place for it, is not made possible again.
            _enabledBy[(int)item.Sequence] = _depth;
        }

        if (_actor is not null && !ReferenceEquals(item.Actor, _actor))
        {
            _steps[_depth].Effects.IsHeard = true;
        }
    }

    public override void TimePassed()
    {
        CloseStep();
        _floor = _depth + 1;
    }

    public override int Pick(ReadySet ready, Actor? current)
    {
        OpenStep(ready.Items);
        if (_redundant <= _depth)
        {
            return -1;
        }

        var index = 0;
        while (index < ready.Count && ready[index].Sequence != _steps[_depth].Turn)
        {
            index++;
        }

        return index < ready.Count ? index : throw Divergence();
    }

    public override void Going(ReadyItem item, ReadySet rest)
    {
        if (!_isOpen)
        {
            OpenStep([item]);
        }

        _isOpen = false;
        var step = _steps[_depth];
        if (_redundant > _depth && step.Turn != item.Sequence)
        {
            throw Divergence();
        }

        if (_depth >= _fresh)
        {
            step.Effects.Clear();
        }

        step.Going(item, _enabledBy[(int)item.Sequence], _floor, Accesses.Known);
        _actor = item.Actor;
        _wasEnded = HasEnded(item.Actor);
    }

    public override int PickValue(ChoiceKind kind, int of) => _depth < 0 || _redundant <= _depth ? 0 : _steps[_depth].PickValue(kind, of);

    public override void End(bool failed, ulong hash)
    {
        CloseStep();
        if (_redundant < _steps.Count)
        {
            _steps.RemoveRange(_redundant, _steps.Count - _redundant);
        }

        for (var index = Math.Max(0, _fresh); index < _steps.Count; index++)
        {
            _reversal.Look(index);
        }
    }

    private static bool HasEnded(Actor actor) => actor.Promise?.IsCompleted == true;

    private static NondeterminismException Divergence() => new("the same choices as in an earlier schedule have led to other turns");

    private void OpenStep(ReadOnlySpan<ReadyItem> ready)
    {
        CloseStep();
        _isOpen = true;
        if (++_depth < _steps.Count)
        {
            return;
        }

        var step = new DporStep();
        foreach (var item in ready)
        {
            step.Ready.Add(item.Sequence);
        }

        step.Open(_depth == 0 ? null : _steps[_depth - 1]);
        _steps.Add(step);
        if (!step.PickFirst())
        {
            // What follows has been seen, in another order of steps that do not depend on each other.
            _redundant = Math.Min(_redundant, _depth);
        }
    }

    /// <summary>Takes over what the step that went last has done.</summary>
    private void CloseStep()
    {
        if (_actor is not { } actor)
        {
            return;
        }

        _actor = null;
        if (_depth < _fresh)
        {
            return;
        }

        var step = _steps[_depth];
        step.Effects.Take(Accesses);
        if (!_wasEnded && HasEnded(actor))
        {
            step.Effects.Ends = true;
            step.Effects.IsHeard |= !actor.Promise!.IsCompletedSuccessfully;
        }

        step.Close();
    }
}
