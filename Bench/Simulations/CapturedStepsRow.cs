using System.Threading.Channels;
using Concurrency.Bench.Ratios;
using Concurrency.Testing;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>A writer and a reader of a channel of .NET with one place, on the captured thread pool in an order chosen by seed; the plain way is the real pool.</summary>
internal sealed class CapturedStepsRow : ThroughputRow
{
    public override RowFacts Facts { get; } = new("simulation.steps.captured", "ns/item", 1.0);

    protected override Task RunAsync(Side side, long operations)
    {
        if (side == Side.Baseline)
        {
            return PassAsync(operations);
        }

        // One schedule is run before the measured one, for what .NET does only the first time: it is half of the work.
        var report = Simulation.Explore(
            _ => PassAsync(operations / 2),
            new SimulationOptions
            {
                Mode = SimulationMode.Captured,
                Strategy = SimulationStrategy.RandomWalk,
                Schedules = 1,
                MaximumSteps = (10 * operations) + 10_000,
            });
        report.ThrowIfFailed();
        return report.Notice is null ? Task.CompletedTask : throw new NotSupportedException(report.Notice);
    }

    private static async Task PassAsync(long items)
    {
        var channel = Channel.CreateBounded<long>(1);
        var writing = Task.Run(async () =>
        {
            for (var item = 0L; item < items; item++)
            {
                await channel.Writer.WriteAsync(item).ConfigureAwait(false);
            }
        });
        var reading = Task.Run(async () =>
        {
            for (var item = 0L; item < items; item++)
            {
                await channel.Reader.ReadAsync().ConfigureAwait(false);
            }
        });
        await Task.WhenAll(writing, reading).ConfigureAwait(false);
    }
}
