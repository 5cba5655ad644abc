using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>One run through many schedules, on the calling thread.</summary>
/// <remarks>
/// A schedule depends on nothing but the body, its strategy, its seed and, for strategies that must know how long a schedule is, the
/// probe: a random walk whose seed is always the same. So each can be run again without those before it.
/// </remarks>
internal sealed class Exploration(Func<Sim, Task> body, SimulationOptions options)
{
    private const ulong ProbeSeed = 0x5EED;

    private readonly HashSet<string> _demanded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private ScheduleEstimate _estimate = ScheduleEstimate.None;
    private int _schedules;
    private long _steps;
    private ulong _hash;

    public SimulationReport Run()
    {
        Interleaving.Enter();
        try
        {
            var strategy = options.Strategy.Create();
            var failure = strategy.NeedsEstimate ? Probe() : null;
            return failure is null ? RunAll(strategy) : Report(failure, isExhaustive: false);
        }
        finally
        {
            Interleaving.Leave();
        }
    }

    /// <summary>Runs again one schedule of an exploration of the same body with the strategy that it reported.</summary>
    public SimulationReport RunOnly(ulong seed)
    {
        Interleaving.Enter();
        try
        {
            var strategy = options.Strategy.Create();
            var failure = strategy.NeedsEstimate ? Probe() : null;
            if (failure is null)
            {
                strategy.Begin(seed, _estimate);
                failure = RunOne(strategy, seed);
            }

            return Report(failure, isExhaustive: false);
        }
        finally
        {
            Interleaving.Leave();
        }
    }

    /// <summary>Runs every schedule of an exhaustive strategy, also after failures.</summary>
    /// <param name="strategy">A new one.</param>
    /// <param name="run">Runs the schedule of a world.</param>
    /// <param name="look">Looks at what came of it, and tells whether to go on.</param>
    /// <returns>How many there were, with those that were given up.</returns>
    public static int RunEvery(Strategy strategy, Action<World> run, Predicate<World> look)
    {
        Interleaving.Enter();
        try
        {
            var runs = 0;
            var goesOn = true;
            while (goesOn && strategy.Begin(0, ScheduleEstimate.None))
            {
                runs++;
                var world = new World(new WorldOptions { Strategy = strategy }, 0);
                run(world);
                strategy.End(world.Failure is not null, world.Log.Hash);
                goesOn = look(world);
            }

            return runs;
        }
        finally
        {
            Interleaving.Leave();
        }
    }

    private SimulationReport RunAll(Strategy strategy)
    {
        var begun = options.TimeProvider.GetTimestamp();
        for (var run = _schedules; run < options.Schedules; run++)
        {
            var seed = strategy.IsExhaustive ? 0 : SplitMix64.Of(options.Seed, (ulong)run);
            if (!strategy.Begin(seed, _estimate))
            {
                return Report(null, isExhaustive: true);
            }

            if (RunOne(strategy, seed) is { } failure)
            {
                return Report(failure, isExhaustive: false);
            }

            if (options.Budget is { } budget && options.TimeProvider.GetElapsedTime(begun) > budget)
            {
                break;
            }
        }

        return Report(null, isExhaustive: strategy.IsExhaustive && !strategy.Begin(0, _estimate));
    }

    private SimulationFailure? Probe()
    {
        var strategy = new RandomWalk();
        strategy.Begin(ProbeSeed, _estimate);
        return RunOne(strategy, ProbeSeed);
    }

    private SimulationFailure? RunOne(Strategy strategy, ulong seed)
    {
        var world = new World(
            new WorldOptions { Strategy = strategy.Concrete, Novelty = strategy.Novelty, MaximumSteps = options.MaximumSteps, EndGrace = options.EndGrace }, seed);
        new Schedule(world, body, _demanded, _reached).Run(options.EndGrace);
        strategy.End(world.Failure is not null, world.Log.Hash);
        _steps += world.Steps;
        _hash = (_hash * 0x9E3779B97F4A7C15) ^ world.Log.Hash ^ (ulong)world.Steps;
        if (ReferenceEquals(world.Failure, WorldFailure.GivenUp))
        {
            return null;
        }

        if (_schedules++ == 0)
        {
            _estimate = ScheduleEstimate.Of(world.Actors, world.Log.Choices);
        }

        return world.Failure is not { } failure ? null : new SimulationFailure
        {
            Kind = failure.Kind,
            Message = failure.Message,
            Exception = failure.Exception,
            Schedule = _schedules,
            Step = failure.Step,
            Trace = new SimulationTrace(seed, strategy.Name, [.. world.Log.Choices]),
        };
    }

    private SimulationReport Report(SimulationFailure? failure, bool isExhaustive) => new()
    {
        Schedules = _schedules,
        Steps = _steps,
        Hash = _hash,
        IsExhaustive = isExhaustive,
        Failure = failure,
        NeverReached = [.. _demanded.Except(_reached).Order(StringComparer.Ordinal)],
    };
}
