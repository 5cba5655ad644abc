using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>One run of a recorded schedule, on the calling thread.</summary>
internal sealed class Repetition(Runner runner, SimulationTrace trace)
{
    public SimulationReport Run()
    {
        var tally = new CoverageTally();
        if (runner.Pool is not null)
        {
            // What .NET and libraries do only the first time is not in the trace.
            Exploration.ProbeOf(runner);
        }

        var world = runner.Replay(trace, tally);
        tally.Add(world.Log);
        return new SimulationReport
        {
            Schedules = 1,
            Steps = world.Steps,
            Hash = world.Log.Hash,
            Seed = trace.Seed,
            Strategy = trace.Strategy,
            Failure = world.Failure is null ? null : new Inquest(runner, ScheduleEstimate.None).IntoReplayed(runner.FailureOf(world, 1, trace.Strategy)),
            Coverage = tally.ToCoverage(),
            Notice = runner.Notice,
        };
    }
}
