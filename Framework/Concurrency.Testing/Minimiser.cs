using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>Finds a schedule that fails like another one, with fewer changes of actor and smaller values: delta debugging.</summary>
internal sealed class Minimiser(Runner runner, SimulationTrace original)
{
    private const long MostStepsOfAll = 20_000_000;

    private List<Deviation> _best = [];
    private World? _world;
    private WorldFailure? _failure;
    private long _maximumSteps;
    private long _steps;

    /// <summary>How many runs it took.</summary>
    public int Replays { get; private set; }

    public int SwitchesBefore { get; private set; }

    public int SwitchesAfter { get; private set; }

    /// <summary>The trace of the best schedule.</summary>
    public SimulationTrace Trace => _world is null ? original : runner.TraceOf(_world, "minimised");

    /// <summary>How the best schedule failed.</summary>
    public World World => _world!;

    private bool HasRunsLeft => Replays < runner.Options.MaximumReplays && _steps < MostStepsOfAll;

    /// <summary>Minimises.</summary>
    /// <returns>False if the trace does not fail here, or not twice alike.</returns>
    public bool Run()
    {
        var followed = new Guided(new Replay(original.Choices, original.Strategy));
        var first = Execute(followed, runner.Options.MaximumSteps);
        SwitchesBefore = SwitchesAfter = followed.Switches;
        if (first.Failure is null || first.Log.Hash != original.Hash)
        {
            return false;
        }

        _failure = first.Failure;
        _world = first;
        _maximumSteps = _failure.Kind == SimulationFailureKind.TooManySteps
            ? runner.Options.MaximumSteps
            : Math.Min(runner.Options.MaximumSteps, (10 * first.Steps) + 1000);
        if (!Fails(followed.Made))
        {
            return true;
        }

        for (var before = int.MaxValue; _best.Count < before && HasRunsLeft;)
        {
            before = _best.Count;
            Reduce(isValue: false);
            Reduce(isValue: true);
        }

        LowerValues();
        return true;
    }

    private World Execute(Guided strategy, long maximumSteps)
    {
        var world = runner.Run(strategy, original.Seed, null, maximumSteps);
        Replays++;
        _steps += world.Steps;
        return world;
    }

    private bool Fails(IEnumerable<Deviation> deviations)
    {
        var strategy = new Guided(deviations);
        var world = Execute(strategy, _maximumSteps);
        if (strategy.Switches > SwitchesBefore
            || world.Failure is not { } failure
            || failure.Kind != _failure!.Kind
            || failure.Exception?.GetType() != _failure.Exception?.GetType())
        {
            return false;
        }

        _best = strategy.Made;
        _world = world;
        SwitchesAfter = strategy.Switches;
        return true;
    }

    /// <summary>Leaves out deviations, in large groups first, until none can be left out alone.</summary>
    private void Reduce(bool isValue)
    {
        var size = Math.Max(1, Count(isValue));
        while (Count(isValue) > 0 && HasRunsLeft)
        {
            var shorter = false;
            for (var start = Count(isValue) - size; HasRunsLeft && Count(isValue) > 0; start -= size)
            {
                var from = Math.Clamp(start, 0, Math.Max(0, Count(isValue) - 1));
                var before = Count(isValue);
                shorter |= Fails(Without(isValue, from, size)) && Count(isValue) < before;
                if (start <= 0)
                {
                    break;
                }
            }

            if (size == 1 && !shorter)
            {
                return;
            }

            size = Math.Max(1, Math.Min(size, Count(isValue)) / 2);
        }
    }

    private int Count(bool isValue) => _best.Count(deviation => IsValue(deviation) == isValue);

    private List<Deviation> Without(bool isValue, int from, int size)
    {
        var index = 0;
        return _best.Where(deviation => IsValue(deviation) != isValue || index++ is var at && (at < from || at >= from + size)).ToList();
    }

    /// <summary>Halves each value that must be, until it no longer fails.</summary>
    private void LowerValues()
    {
        for (var index = 0; index < _best.Count && HasRunsLeft; index++)
        {
            var least = 0;
            while (index < _best.Count && IsValue(_best[index]) && _best[index].Kind != ChoiceKind.Maybe && _best[index].Target > least + 1 && HasRunsLeft)
            {
                var value = _best[index];
                var middle = least + ((value.Target - least) / 2);
                List<Deviation> lower = [.. _best];
                lower[index] = value with { Target = middle };
                if (!Fails(lower))
                {
                    least = middle;
                }
            }
        }
    }

    private static bool IsValue(Deviation deviation) => deviation.Kind != ChoiceKind.Schedule;
}
