using Concurrency.Bench.Ratios;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>A hundred ranked actors give way in turn; held against five actors that are picked at random.</summary>
internal sealed class ManyActorsRow : ThroughputRow
{
    private const int Actors = 100;

    public override RowFacts Facts { get; } = new("simulation.steps.pct-100-actors", "ns/step", 0.5);

    protected override long Grain => Actors;

    protected override Task RunAsync(Side side, long operations)
    {
        if (side == Side.Baseline)
        {
            Yields.Run(SimulationStrategy.RandomWalk, 5, operations);
        }
        else
        {
            Yields.Run(SimulationStrategy.Pct(3), Actors, operations);
        }

        return Task.CompletedTask;
    }
}
