using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Testing;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Many short tests of about thirty steps; the plain way runs the same body on the thread pool, once each.</summary>
internal sealed class SmallSchedulesRow : ThroughputRow
{
    private const int Actors = 3;
    private const int Turns = 10;

    public override RowFacts Facts { get; } = new("simulation.schedules.small", "ns/schedule", 2.5);

    protected override async Task RunAsync(Side side, long operations)
    {
        if (side == Side.Ours)
        {
            Simulation.Explore(
                sim => BodyAsync(work => sim.Executor.RunAsync(_ => work())),
                new SimulationOptions { Strategy = SimulationStrategy.RandomWalk, Schedules = (int)operations }).ThrowIfFailed();
            return;
        }

        for (var index = 0L; index < operations; index++)
        {
            await BodyAsync(Task.Run);
        }
    }

    private static Task BodyAsync(Func<Func<Task>, Task> start)
    {
        var tasks = new Task[Actors];
        for (var index = 0; index < Actors; index++)
        {
            tasks[index] = start(YieldAsync);
        }

        return Task.WhenAll(tasks);
    }

    private static async Task YieldAsync()
    {
        for (var index = 0; index < Turns; index++)
        {
            await Executor.Yield();
        }
    }
}
