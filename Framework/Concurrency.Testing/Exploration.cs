using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing;

/// <summary>One run through many schedules, on the calling thread.</summary>
internal sealed class Exploration(Runner runner)
{
    /// <summary>Seeds of schedules have so many bits fewer, so that they are written in twelve letters.</summary>
    private const int SeedBitsLess = 4;

    private readonly SimulationOptions _options = runner.Options;
    private readonly CoverageTally _tally = new();

    // Not when schedules are compared with their repetitions: the one before is still looked at.
    private readonly WorldBuffers? _buffers = runner.Options.Check ? null : new WorldBuffers();
    private ScheduleEstimate _estimate = ScheduleEstimate.None;
    private long _steps;
    private ulong _hash;

    /// <summary>Runs schedules until one fails or there are enough.</summary>
    public SimulationReport Run()
    {
        var strategy = _options.Strategy.Create();
        var begun = _options.TimeProvider.GetTimestamp();
        SimulationFailure? failure = null;
        var exhausted = false;
        var schedule = 0;
        while (schedule < _options.Schedules && failure is null)
        {
            var seed = SplitMix64.Of(_options.Seed, (ulong)schedule) >> SeedBitsLess;
            if (!strategy.Begin(seed, _estimate))
            {
                exhausted = true;
                break;
            }

            failure = RunOne(strategy, seed, ++schedule);
            if (_options.Budget is { } budget && _options.TimeProvider.GetElapsedTime(begun) > budget)
            {
                break;
            }
        }

        return Report(schedule, failure, exhausted, null);
    }

    /// <summary>Runs the one schedule that a seed names.</summary>
    public SimulationReport RunOnly(SimulationSeed seed)
    {
        var strategy = seed.Strategy!.Create();
        _estimate = seed.ToEstimate();
        strategy.Begin(seed.Value, _estimate);
        return Report(1, RunOne(strategy, seed.Value, 1), exhausted: false, seed);
    }

    private SimulationReport Report(int schedules, SimulationFailure? failure, bool exhausted, SimulationSeed? only) => new()
    {
        Schedules = schedules,
        Steps = _steps,
        Hash = _hash,
        Seed = only?.Value ?? _options.Seed,
        Strategy = (only?.Strategy ?? _options.Strategy).ToString(),
        IsExhaustive = exhausted,
        Failure = failure is null ? null : new Inquest(runner, _estimate).Into(failure),
        NeverReached = only is null ? [.. _tally.NeverReached] : [],
        Coverage = _tally.ToCoverage(),
    };

    private SimulationFailure? RunOne(Strategy strategy, ulong seed, int schedule)
    {
        var world = runner.Run(strategy, seed, _tally, buffers: _buffers);
        strategy.End(world.Failure is not null, world.Log.Hash);
        _tally.Add(world.Log);
        _steps += world.Steps;
        _hash = (_hash * 0x9E3779B97F4A7C15) ^ world.Log.Hash ^ (ulong)world.Steps;
        if (_options.Check)
        {
            Check(world, strategy.Name);
        }

        if (world.Failure is not null)
        {
            return runner.FailureOf(world, schedule, strategy.Name);
        }

        if (schedule == 1)
        {
            _estimate = new ScheduleEstimate { Steps = (int)world.Steps, StepsOfActor = [.. world.Actors.Select(actor => actor.Steps)] };
        }

        return null;
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
}
