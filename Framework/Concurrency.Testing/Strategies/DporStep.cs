using System.Runtime.InteropServices;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>One step of the schedule that is run, and what is still to be tried in its place.</summary>
internal sealed class DporStep
{
    private readonly List<SleepingTurn> _asleep = [];
    private readonly List<long> _toTry = [];
    private readonly List<ChoicePoint> _values = [];
    private StepEffects _allEffects = new();
    private int _value;

    /// <summary>The numbers of the turns that were ready, in their order.</summary>
    public List<long> Ready { get; } = [];

    /// <summary>The number of the turn that goes.</summary>
    public long Turn { get; private set; }

    public int Actor { get; private set; }

    /// <summary>Whether it goes on in a turn that was stopped.</summary>
    public bool IsMidTurn { get; private set; }

    /// <summary>The executor, if those who use it wait for each other; otherwise null.</summary>
    public object? Narrow { get; private set; }

    /// <summary>The index of the step that made the turn ready, or -1.</summary>
    public int EnabledBy { get; private set; }

    /// <summary>How many steps there had been when nothing was ready and time passed: all of them come before this one.</summary>
    public int Floor { get; private set; }

    /// <summary>How many things had a number before it.</summary>
    public int Known { get; private set; }

    public StepEffects Effects { get; } = new();

    /// <summary>For each actor, by its number plus one, the last step of it that must come before this one or is this one, plus one.</summary>
    public int[] Clock { get; set; } = [];

    /// <summary>Begins a step at which no earlier schedule has been.</summary>
    public void Open(DporStep? before)
    {
        if (before is null)
        {
            return;
        }

        foreach (var sleeping in before._asleep)
        {
            // What went is not ready any more.
            if (sleeping.Turn != before.Turn && sleeping.StaysAsleepAfter(before))
            {
                _asleep.Add(sleeping);
            }
        }
    }

    public bool IsAsleep(long turn)
    {
        foreach (var sleeping in _asleep)
        {
            if (sleeping.Turn == turn)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Picks the turn to go first.</summary>
    /// <returns>False if each is asleep: what follows has been seen.</returns>
    public bool PickFirst()
    {
        foreach (var turn in Ready)
        {
            if (!IsAsleep(turn))
            {
                Turn = turn;
                _toTry.Add(turn);
                return true;
            }
        }

        return false;
    }

    public void Going(ReadyItem item, int enabledBy, int floor, int known)
    {
        Turn = item.Sequence;
        Actor = item.Actor.Id;
        IsMidTurn = item.IsMidTurn;
        Narrow = item.Actor.Executor.MaximumConcurrency == int.MaxValue ? null : item.Actor.Executor;
        EnabledBy = enabledBy;
        Floor = floor;
        Known = known;
        _value = 0;
    }

    public int PickValue(ChoiceKind kind, int of)
    {
        if (_value == _values.Count)
        {
            _values.Add(new ChoicePoint(kind, of));
        }

        var point = _values[_value++];
        point.Check(kind, of);
        return point.Chosen;
    }

    /// <summary>The step has been run, with one way of its values.</summary>
    public void Close() => _allEffects.AddOther(Effects, Known);

    /// <summary>Whether a turn has been tried here, will be, or need not be.</summary>
    public bool Covers(long turn) => _toTry.Contains(turn) || IsAsleep(turn);

    public void Try(long turn)
    {
        if (!Covers(turn))
        {
            _toTry.Add(turn);
        }
    }

    public void TryAll()
    {
        foreach (var turn in Ready)
        {
            Try(turn);
        }
    }

    /// <summary>Goes on to the next way of this step: another value, or another turn.</summary>
    /// <returns>False if all have been run.</returns>
    public bool Next()
    {
        while (_values.Count > 0)
        {
            if (CollectionsMarshal.AsSpan(_values)[^1].Next())
            {
                return true;
            }

            _values.RemoveAt(_values.Count - 1);
        }

        // After this turn, those that do not depend on it need not let it go first again.
        _asleep.Add(new SleepingTurn(Turn, Actor, _allEffects, Known));
        _allEffects = new StepEffects();
        foreach (var turn in _toTry)
        {
            if (!IsAsleep(turn))
            {
                Turn = turn;
                return true;
            }
        }

        return false;
    }
}
