using Concurrency.Testing.Capture;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>Runs single schedules of a body, on the calling thread.</summary>
internal sealed class Runner(Func<Sim, Task> body, SimulationOptions options)
{
    private const int MostEvents = 10_000;

    public SimulationOptions Options => options;

    /// <summary>The thread pool, while it belongs to the schedules that are run.</summary>
    public CapturedPool? Pool { get; set; }

    /// <summary>Why the thread pool does not belong to them although it should; every escape is a failure then.</summary>
    public string? Notice { get; set; }

    private Guid Version => options.AssemblyVersion ?? TestNames.VersionOf(body);

    /// <summary>Runs one schedule; the strategy has begun it.</summary>
    public World Run(Strategy strategy, ulong seed, CoverageTally? tally = null, long? maximumSteps = null, Action<World>? prepare = null, WorldBuffers? buffers = null)
    {
        var world = new World(
            new WorldOptions
            {
                Strategy = strategy.Concrete,
                Novelty = strategy.Novelty,
                MaximumSteps = maximumSteps ?? options.MaximumSteps,
                EndGrace = options.EndGrace,
                Detectors = Notice is null ? options.Detectors : options.Detectors | Detectors.Escapes,
                Pool = Pool,
            },
            seed,
            buffers);
        prepare?.Invoke(world);
        new Schedule(world, body, tally ?? new CoverageTally(), options.Faults).Run(options.EndGrace);
        return world;
    }

    /// <summary>Makes the choices of a trace again; one that differs fails the schedule.</summary>
    public World Replay(SimulationTrace trace, CoverageTally? tally = null, bool withEvents = false)
    {
        var replay = new Replay(trace.Choices, trace.Strategy);
        World? here = null;
        replay.Diverged = (at, kind, of) =>
            here!.Fail(SimulationFailureKind.Divergence, Divergences.AtChoice(here, at, kind, of) + Divergences.Builds(trace, Version));
        var world = Run(replay, trace.Seed, tally, null, world =>
        {
            here = world;
            world.Events = withEvents ? new EventLog(world, MostEvents) : null;
        });
        if (world.Failure is null && replay.Made < replay.Recorded)
        {
            world.Fail(SimulationFailureKind.Divergence, Divergences.AtEnd(world, replay) + Divergences.Builds(trace, Version));
        }

        return world;
    }

    /// <summary>The trace of a schedule that has ended.</summary>
    public SimulationTrace TraceOf(World world, string strategy) => new(world.Seed, strategy, world.Log.ToArray())
    {
        IsCaptured = options.Mode == SimulationMode.Captured && Notice is null,
        Test = options.Test ?? TestNames.Of(body),
        AssemblyVersion = Version,
        MaximumSteps = options.MaximumSteps,
        EndGrace = options.EndGrace,
        Faults = options.Faults,
        Detectors = options.Detectors.ToString(),
        Steps = world.Steps,
        Failure = world.Failure?.Kind.ToString(),
        Hash = world.Log.Hash,
    };

    /// <summary>The failure of a schedule that has ended with one.</summary>
    public SimulationFailure FailureOf(World world, int schedule, string strategy) => new()
    {
        Kind = world.Failure!.Kind,
        Message = Notice is null ? world.Failure.Message : $"{world.Failure.Message}\n{Notice}",
        Exception = world.Failure.Exception,
        Schedule = schedule,
        Step = world.Failure.Step,
        Trace = TraceOf(world, strategy),
    };
}
