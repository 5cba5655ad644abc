using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing;

/// <summary>One run through many schedules, on the calling thread.</summary>
/// <remarks>
/// A schedule depends on nothing but the body, its strategy, its seed and, for strategies that must know how long a schedule is, the
/// probe: a random walk whose seed is always the same. So each can be run again without those before it.
/// </remarks>
internal sealed class Exploration(Runner runner)
{
    private const ulong ProbeSeed = 0x5EED;

    /// <summary>Seeds of schedules have so many bits fewer, so that they are written in twelve letters.</summary>
    private const int SeedBitsLess = 4;

    private readonly SimulationOptions _options = runner.Options;
    private readonly CoverageTally _tally = new();

    // Not when schedules are compared with their repetitions: the one before is still looked at.
    private readonly WorldBuffers? _buffers = runner.Options.Check ? null : new WorldBuffers();
    private ScheduleEstimate _estimate = ScheduleEstimate.None;
    private int _schedules;
    private long _steps;
    private ulong _hash;

    /// <summary>Runs schedules until one fails or there are enough.</summary>
    public SimulationReport Run()
    {
        var strategy = _options.Strategy.Create();
        var failure = strategy.NeedsEstimate ? Probe() : null;
        return failure is null ? RunAll(strategy) : Report(failure, isExhaustive: false, null);
    }

    /// <summary>Runs the one schedule that a seed names.</summary>
    public SimulationReport RunOnly(SimulationSeed seed)
    {
        var strategy = seed.Strategy!.Create();
        var failure = strategy.NeedsEstimate ? Probe() : null;
        if (failure is null)
        {
            (_schedules, _steps, _hash) = (0, 0, 0);
            strategy.Begin(seed.Value, _estimate);
            failure = RunOne(strategy, seed.Value);
        }

        return Report(failure, isExhaustive: false, seed);
    }

    private SimulationReport RunAll(Strategy strategy)
    {
        var begun = _options.TimeProvider.GetTimestamp();
        for (var run = _schedules; run < _options.Schedules; run++)
        {
            var seed = strategy.IsExhaustive ? 0 : SplitMix64.Of(_options.Seed, (ulong)run) >> SeedBitsLess;
            if (!strategy.Begin(seed, _estimate))
            {
                return Report(null, isExhaustive: true, null);
            }

            if (RunOne(strategy, seed) is { } failure)
            {
                return Report(failure, isExhaustive: false, null);
            }

            if (_options.Budget is { } budget && _options.TimeProvider.GetElapsedTime(begun) > budget)
            {
                break;
            }
        }

        return Report(null, isExhaustive: strategy.IsExhaustive && !strategy.Begin(0, _estimate), null);
    }

    private SimulationFailure? Probe()
    {
        var strategy = new RandomWalk();
        strategy.Begin(ProbeSeed, _estimate);
        return RunOne(strategy, ProbeSeed);
    }

    private SimulationFailure? RunOne(Strategy strategy, ulong seed)
    {
        var world = runner.Run(strategy, seed, _tally, buffers: _buffers);
        strategy.End(world.Failure is not null, world.Log.Hash);
        _tally.Add(world.Log);
        _steps += world.Steps;
        _hash = (_hash * 0x9E3779B97F4A7C15) ^ world.Log.Hash ^ (ulong)world.Steps;
        if (ReferenceEquals(world.Failure, WorldFailure.GivenUp))
        {
            return null;
        }

        if (_options.Check)
        {
            Check(world, strategy.Name);
        }

        if (_schedules++ == 0)
        {
            _estimate = ScheduleEstimate.Of(world.Actors, world.Log);
        }

        return world.Failure is null ? null : runner.FailureOf(world, _schedules, strategy.Name);
    }

    /// <summary>Runs the schedule again; fails it if the two runs differ.</summary>
    private void Check(World world, string strategy)
    {
        var again = runner.Replay(runner.TraceOf(world, strategy));
        if (again.Failure is { Kind: SimulationFailureKind.Divergence } divergence)
        {
            world.Replace(SimulationFailureKind.Nondeterminism, divergence);
        }
        else if (again.Steps != world.Steps || again.Log.Hash != world.Log.Hash || again.Failure?.Kind != world.Failure?.Kind)
        {
            world.Replace(SimulationFailureKind.Nondeterminism, new WorldFailure(SimulationFailureKind.Nondeterminism, Divergences.Outcomes(world, again), null, again.Steps));
        }
    }

    private SimulationReport Report(SimulationFailure? failure, bool isExhaustive, SimulationSeed? only) => new()
    {
        Schedules = _schedules,
        Steps = _steps,
        Hash = _hash,
        Seed = only?.Value ?? _options.Seed,
        Strategy = (only?.Strategy ?? _options.Strategy).ToString(),
        IsExhaustive = isExhaustive,
        Failure = failure is null ? null : new Inquest(runner, _estimate).Into(failure),
        NeverReached = [.. _tally.NeverReached],
        Coverage = _tally.ToCoverage(),
    };
}
