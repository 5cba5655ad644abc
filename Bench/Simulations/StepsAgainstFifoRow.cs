using Concurrency.Bench.Ratios;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Five actors give way in turn, in an order chosen by seed; the plain way is a bare loop that takes them in their order.</summary>
internal sealed class StepsAgainstFifoRow : ThroughputRow
{
    private const int Actors = 5;

    public override RowFacts Facts { get; } = new("simulation.steps.owned-vs-fifo", "ns/step", 0.6);

    protected override long Grain => Actors;

    protected override Task RunAsync(Side side, long operations)
    {
        if (side == Side.Baseline)
        {
            new FifoLoop().Run(Enumerable.Range(0, Actors).Select(_ => (Func<Task>)(() => YieldAsync(operations / Actors))));
        }
        else
        {
            Yields.Run(SimulationStrategy.RandomWalk, Actors, operations);
        }

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
