using Concurrency.Bench.Ratios;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Bytes allocated per step of a long schedule, the log of its choices included.</summary>
internal sealed class StepAllocationRow : LimitRow
{
    private const long Steps = 1_000_000;

    public override RowFacts Facts { get; } = new("simulation.alloc", "B/step", 1.0) { Limit = 32 };

    protected override Task<double> MeasureAsync(TimeSpan length)
    {
        Yields.Run(SimulationStrategy.RandomWalk, 5, Steps / 10);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var report = Yields.Run(SimulationStrategy.RandomWalk, 5, Steps);
        return Task.FromResult((GC.GetTotalAllocatedBytes(precise: true) - before) / (double)report.Steps);
    }
}
