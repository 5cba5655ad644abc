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
    /// <summary>Seeds of schedules have so many bits fewer, so that they are written in twelve letters.</summary>
    private const int SeedBitsLess = 4;

    private const ulong ProbeSeed = 1;

    private readonly SimulationOptions _options = runner.Options;
    private readonly CoverageTally _tally = new();

    // Not when schedules are compared with their repetitions: the one before is still looked at.
    private readonly WorldBuffers? _buffers = runner.Options.Check ? null : new WorldBuffers();
    private ScheduleEstimate _estimate = ScheduleEstimate.None;
    private SimulationFailure? _predicted;
    private int _schedules;
    private long _steps;
    private ulong _hash;

    /// <summary>Runs schedules until one fails or there are enough.</summary>
    public SimulationReport Run()
    {
        var begun = _options.TimeProvider.GetTimestamp();
        var strategy = _options.Strategy.Create();
        if (runner.Pool is not null)
        {
            // What .NET and libraries do only the first time would make the first schedule another one.
            ProbeOf(runner);
        }

        var failure = strategy.NeedsEstimate ? Keep(Probe()) : null;
        var exhausted = false;
        for (var run = _schedules; run < _options.Schedules && failure is null && !exhausted; run++)
        {
            var seed = strategy.IsExhaustive ? 0 : SplitMix64.Of(_options.Seed, (ulong)run) >> SeedBitsLess;
            exhausted = !strategy.Begin(seed, _estimate);
            failure = exhausted ? null : Keep(RunOne(strategy, seed));
            if (_options.Budget is { } budget && _options.TimeProvider.GetElapsedTime(begun) > budget)
            {
                break;
            }
        }

        // The last one that was allowed may have been the last one that there is.
        exhausted |= failure is null && strategy.IsExhaustive && !strategy.Begin(0, _estimate);
        return Report(failure ?? (exhausted ? null : _predicted), exhausted, null);
    }

    /// <summary>Keeps a failure that was only predicted for later: one that happens says more.</summary>
    private SimulationFailure? Keep(SimulationFailure? failure)
    {
        if (failure is { Kind: SimulationFailureKind.LockOrder })
        {
            _predicted ??= failure;
            return null;
        }

        return failure;
    }

    /// <summary>Runs the one schedule that a seed names.</summary>
    public SimulationReport RunOnly(SimulationSeed seed)
    {
        var strategy = seed.Strategy!.Create();
        if (strategy.NeedsEstimate || runner.Pool is not null)
        {
            _estimate = ProbeOf(runner);
        }

        strategy.Begin(seed.Value, _estimate);
        return Report(RunOne(strategy, seed.Value), exhausted: false, seed);
    }

    /// <summary>Runs every schedule of an exhaustive strategy, also after failures.</summary>
    /// <param name="strategy">A new one.</param>
    /// <param name="runner">Runs the body.</param>
    /// <param name="look">Looks at what came of each, and tells whether to go on.</param>
    public static void RunEvery(Strategy strategy, Runner runner, Predicate<World> look)
    {
        var goesOn = true;
        while (goesOn && strategy.Begin(0, ScheduleEstimate.None))
        {
            var world = runner.Run(strategy, 0);
            strategy.End(world.Failure is not null, world.Log.Hash);
            goesOn = look(world);
        }
    }

    /// <summary>What a schedule of the body is like.</summary>
    public static ScheduleEstimate ProbeOf(Runner runner)
    {
        var strategy = new RandomWalk();
        strategy.Begin(ProbeSeed, ScheduleEstimate.None);
        return runner.Run(strategy, ProbeSeed).ToEstimate();
    }

    private SimulationFailure? Probe()
    {
        var strategy = new RandomWalk();
        strategy.Begin(ProbeSeed, _estimate);
        return RunOne(strategy, ProbeSeed);
    }

    private SimulationReport Report(SimulationFailure? failure, bool exhausted, SimulationSeed? only) => new()
    {
        Schedules = _schedules,
        Steps = _steps,
        Hash = _hash,
        Seed = only?.Value ?? _options.Seed,
        Strategy = (only?.Strategy ?? _options.Strategy).ToString(),
        IsExhaustive = exhausted,
        Failure = failure is null ? null : new Inquest(runner, _estimate).Into(failure),
        NeverReached = only is null ? [.. _tally.NeverReached] : [],
        Coverage = _tally.ToCoverage(),
        Notice = runner.Notice,
    };

    private SimulationFailure? RunOne(Strategy strategy, ulong seed)
    {
        var world = runner.Run(strategy, seed, _tally, prepare: static world => world.WaitsForEscapes = true, buffers: _buffers);
        strategy.End(world.Failure is { Kind: not SimulationFailureKind.LockOrder }, world.Log.Hash);
        _steps += world.Steps;
        _hash = (_hash * 0x9E3779B97F4A7C15) ^ world.Log.Hash ^ (ulong)world.Steps;
        if (ReferenceEquals(world.Failure, WorldFailure.GivenUp))
        {
            return null;
        }

        _schedules++;
        _tally.Add(world.Log);
        if (_options.Check)
        {
            Check(world, strategy.Name);
        }

        if (world.Failure is not null)
        {
            return runner.FailureOf(world, _schedules, strategy.Name);
        }

        if (_schedules == 1)
        {
            _estimate = world.ToEstimate();
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
}
