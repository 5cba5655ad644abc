using Concurrency.Bench.Ratios;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Five actors give way in turn, in an order chosen by seed; the plain way is the thread pool.</summary>
internal sealed class StepsRow : ThroughputRow
{
    private const int Actors = 5;

    public override RowFacts Facts { get; } = new("simulation.steps.owned", "ns/step", 2.0);

    protected override long Grain => Actors;

    protected override Task RunAsync(Side side, long operations)
    {
        if (side == Side.Baseline)
        {
            return Task.WhenAll(Enumerable.Range(0, Actors).Select(_ => Task.Run(() => YieldAsync(operations / Actors))));
        }

        Yields.Run(SimulationStrategy.RandomWalk, Actors, operations);
        return Task.CompletedTask;
    }

    private static async Task YieldAsync(long times)
    {
        for (var index = 0L; index < times; index++)
        {
            await Task.Yield();
        }
    }
}
