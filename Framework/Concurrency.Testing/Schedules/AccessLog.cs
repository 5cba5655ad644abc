using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>Which things the step that goes works on, for strategies that tell which steps influence each other.</summary>
/// <remarks>Things get numbers in the order in which a schedule comes to them: equal beginnings of schedules give equal numbers.</remarks>
internal sealed class AccessLog
{
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<(int Resource, bool Changes)> _step = [];

    /// <summary>How many things have a number.</summary>
    public int Known => _numbers.Count;

    /// <summary>What the step has worked on so far.</summary>
    public IReadOnlyList<(int Resource, bool Changes)> Step => _step;

    /// <summary>Whether the step can depend on any other.</summary>
    public bool IsStepUnclear { get; private set; }

    /// <summary>Whether what other steps do to something is only known from this step on.</summary>
    public bool IsStepFirstLook { get; private set; }

    public static bool IsRead(OperationKind kind) => kind is OperationKind.Read or OperationKind.AcquireShared;

    /// <summary>Begins a schedule.</summary>
    public void Clear()
    {
        _numbers.Clear();
        BeginStep();
    }

    public void BeginStep()
    {
        _step.Clear();
        IsStepUnclear = false;
        IsStepFirstLook = false;
    }

    /// <summary>The number of a thing.</summary>
    public int NumberOf(object resource)
    {
        if (!_numbers.TryGetValue(resource, out var number))
        {
            _numbers[resource] = number = _numbers.Count;
        }

        return number;
    }

    /// <summary>The step works on a thing.</summary>
    public void Add(OperationKind kind, object resource)
    {
        if (kind != OperationKind.None)
        {
            _step.Add((NumberOf(resource), !IsRead(kind)));
        }
    }

    /// <summary>The step saw or changed something that any other one could have seen or changed.</summary>
    public void AddUnclear() => IsStepUnclear = true;

    /// <summary>The step is the first to look at something whose changes were not seen before.</summary>
    public void AddFirstLook() => IsStepFirstLook = true;
}
