using Concurrency.Execution;
using Concurrency.Testing;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Actors that do nothing but give way, in one schedule.</summary>
internal static class Yields
{
    /// <summary>Runs one schedule on the calling thread's behalf, with about as many steps as asked for.</summary>
    public static SimulationReport Run(SimulationStrategy strategy, int actors, long steps)
    {
        var report = Simulation.Explore(
            sim => AllAsync(sim, actors, steps / actors),
            new SimulationOptions { Strategy = strategy, Schedules = 1, MaximumSteps = (2 * steps) + 10_000 });
        report.ThrowIfFailed();
        return report;
    }

    private static async Task AllAsync(Sim sim, int actors, long each)
    {
        var tasks = new Task[actors];
        for (var index = 0; index < actors; index++)
        {
            tasks[index] = sim.Executor.RunAsync(_ => YieldAsync(each));
        }

        await Task.WhenAll(tasks);
    }

    private static async Task YieldAsync(long times)
    {
        for (var index = 0L; index < times; index++)
        {
            await Executor.Yield();
        }
    }
}
