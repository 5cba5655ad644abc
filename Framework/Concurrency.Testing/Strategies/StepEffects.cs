using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>What a step did that others could see or disturb.</summary>
internal sealed class StepEffects
{
    private const int Fresh = int.MaxValue;

    private readonly List<(int Resource, bool Changes)> _accesses = [];
    private ulong _touched;
    private ulong _changed;
    private bool _isUnclear;

    /// <summary>Whether what other steps do to something is only known from this step on.</summary>
    public bool IsFirstLook { get; private set; }

    /// <summary>Whether the work of an actor ended with it.</summary>
    public bool Ends { get; set; }

    /// <summary>Whether it let another actor go on, or ended with a failure.</summary>
    public bool IsHeard { get; set; }

    public void Clear()
    {
        _accesses.Clear();
        _touched = 0;
        _changed = 0;
        _isUnclear = false;
        IsFirstLook = false;
        Ends = false;
        IsHeard = false;
    }

    public void Take(AccessLog log)
    {
        _isUnclear = log.IsStepUnclear;
        IsFirstLook = log.IsStepFirstLook;
        foreach (var (resource, changes) in log.Step)
        {
            Add(resource, changes);
        }
    }

    /// <summary>Adds what a step did; things that had no number before it are all the same one, since another schedule numbers them otherwise.</summary>
    public void AddOther(StepEffects other, int known)
    {
        foreach (var (resource, changes) in other._accesses)
        {
            Add(resource < known ? resource : Fresh, changes);
        }

        _isUnclear |= other._isUnclear;
        IsFirstLook |= other.IsFirstLook;
        Ends |= other.Ends;
        IsHeard |= other.IsHeard;
    }

    /// <summary>Whether the order of two steps of different actors can matter.</summary>
    /// <param name="other">The other step.</param>
    /// <param name="known">From which number on things of <paramref name="other"/> count as the same one; when both are of one schedule, none.</param>
    public bool Conflicts(StepEffects other, int known = Fresh)
    {
        if (_isUnclear || other._isUnclear || (Ends && other.Ends && (IsHeard || other.IsHeard)))
        {
            return true;
        }

        // Things share the 64 bits; those that have no number of their own have none either.
        return ((_changed & other._touched) | (_touched & other._changed) | (known < Fresh ? ulong.MaxValue : 0)) != 0 && ConflictsInDetail(other, known);
    }

    private bool ConflictsInDetail(StepEffects other, int known)
    {
        foreach (var (theirs, theyChange) in other._accesses)
        {
            var resource = theirs < known ? theirs : Fresh;
            foreach (var (ours, weChange) in _accesses)
            {
                if (ours == resource && (theyChange || weChange))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Add(int resource, bool changes)
    {
        for (var index = 0; index < _accesses.Count; index++)
        {
            if (_accesses[index].Resource == resource)
            {
                _accesses[index] = (resource, _accesses[index].Changes | changes);
                _changed |= changes ? 1UL << (resource & 63) : 0;
                return;
            }
        }

        _accesses.Add((resource, changes));
        _touched |= 1UL << (resource & 63);
        _changed |= changes ? 1UL << (resource & 63) : 0;
    }
}
