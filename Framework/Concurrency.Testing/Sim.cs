using Concurrency.Executors;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Clock;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;
using Concurrency.Testing.Histories;
using Concurrency.Testing.Simulated;

namespace Concurrency.Testing;

/// <summary>What a test's body has of the simulation that it runs in: its executors, its clock, its choices, and what must hold.</summary>
/// <remarks>For the simulation's thread only, and only while the schedule runs.</remarks>
public sealed class Sim
{
    private readonly World _world;
    private readonly SimulationOutlook _outlook;
    private readonly CoverageTally _tally;
    private readonly FaultPlan _faults;

    internal Sim(World world, SimulationOutlook outlook, CoverageTally tally, FaultLevel faults)
    {
        _world = world;
        _outlook = outlook;
        _tally = tally;
        Faults = faults;
        _faults = new FaultPlan(faults, world.Choose, tally.Fired);
        Executors = new ExecutorRegistry(new ExecutorOptions { TimeProvider = world.Clock }, (name, spec) => world.Create(name, spec));
    }

    /// <summary>The executor on which the body runs: its turns can be stopped at every operation while others go.</summary>
    public SimulatedExecutor Executor => _world.Main;

    /// <summary>Makes simulated executors by name and spec, for components that pick theirs in configuration.</summary>
    public ExecutorRegistry Executors { get; }

    /// <summary>The virtual time.</summary>
    public VirtualClock Clock => _world.Clock;

    /// <summary>Which faults come by themselves: see <see cref="SimulationOptions.Faults"/>.</summary>
    public FaultLevel Faults { get; }

    /// <summary>A network, for simulated UDP sources and their clients.</summary>
    public SimulatedNetwork Network => field ??= new SimulatedNetwork(_world, _faults);

    /// <summary>The signals of the simulated process.</summary>
    public SimulatedSignals Signals => field ??= new SimulatedSignals(_world, _faults);

    /// <summary>The seed of this schedule.</summary>
    public ulong Seed => _world.Seed;

    /// <summary>How many steps the schedule has taken.</summary>
    public long Steps => _world.Steps;

    /// <summary>Picks a number; the choice is part of the schedule, and is replayed with it.</summary>
    /// <param name="count">How many there are, from 1.</param>
    /// <returns>From 0 to below <paramref name="count"/>.</returns>
    public int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _world.Choose(ChoiceKind.Value, count);
    }

    /// <summary>Decides whether something that may happen does; the choice is part of the schedule.</summary>
    /// <param name="percent">How likely it is, from 0 to 100.</param>
    /// <param name="label">A name for it in <see cref="SimulationReport.Coverage"/>, which counts how often it happened.</param>
    public bool Maybe(int percent = 25, string? label = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        var happens = percent > 0 && (percent == 100 || _world.Choose(ChoiceKind.Maybe, 100) < percent);
        if (happens && label is not null)
        {
            _tally.Fired(label);
        }

        return happens;
    }

    /// <summary>Decides whether a fault of the test's own happens now; the schedule draws how often it comes.</summary>
    /// <param name="label">A name for it in <see cref="SimulationReport.Coverage"/>, which counts how often it happened.</param>
    /// <returns>Never true on <see cref="FaultLevel.None"/>.</returns>
    public bool Fault(string label)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return _faults.Get(label).Fires();
    }

    /// <summary>Checks a condition after each step from now on.</summary>
    /// <param name="condition">Fast, and without side effects.</param>
    /// <param name="what">What must hold, for the report.</param>
    public void Always(Func<bool> condition, string what) => _outlook.Always(condition, what);

    /// <summary>Checks that a condition holds at some time from now on.</summary>
    /// <param name="condition">Fast, and without side effects.</param>
    /// <param name="within">In virtual time, from now.</param>
    /// <param name="what">What must come to hold, for the report.</param>
    public void Eventually(Func<bool> condition, TimeSpan within, string what) => _outlook.Eventually(condition, within, what);

    /// <summary>Demands that a condition holds after some step of at least one schedule: that the test reaches what it is about.</summary>
    /// <param name="condition">Fast, and without side effects.</param>
    /// <param name="what">What must be reached, for the report; the same in every schedule.</param>
    public void Sometimes(Func<bool> condition, string what) => _outlook.Sometimes(condition, what);

    /// <summary>Checks that the operations of a history could have happened one after the other, each between its beginning and its end.</summary>
    /// <param name="spec">What the operations mean when they come one after the other.</param>
    /// <param name="history">What was asked, and answered.</param>
    public void Linearizable<TState, TOperation, TResult>(
        SequentialSpec<TState, TOperation, TResult> spec, OperationHistory<TOperation, TResult> history)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(history);
        if (new Linearization<TState, TOperation, TResult>(spec).Refute(history) is { } refutation)
        {
            _world.Fail(SimulationFailureKind.NotLinearizable, refutation);
        }
    }

    /// <summary>Makes a value that actors share as they would share a field, watched for accesses without an order.</summary>
    /// <param name="value">Its first value.</param>
    /// <param name="name">Its name in reports.</param>
    public Shared<T> Shared<T>(T value, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new Shared<T>(_world, value, name);
    }

    /// <summary>Names a lock, a channel or another thing in reports.</summary>
    public T Name<T>(T thing, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(thing);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _world.Name(thing, name);
        return thing;
    }
}
