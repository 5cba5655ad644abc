using System.Diagnostics;
using Concurrency.Bench.Ratios;
using Concurrency.Testing;

namespace Concurrency.Bench.Simulations;

/// <summary>Seconds of the wall clock in which a component with a period of one second lives through a year.</summary>
internal sealed class YearRow : LimitRow
{
    private const long Seconds = 365L * 24 * 3600;

    public override RowFacts Facts { get; } = new("simulation.clock.year", "s", 1.0) { Limit = 10 };

    public override int PairsFor(int standard) => 1;

    protected override Task<double> MeasureAsync(TimeSpan length)
    {
        var seconds = Warming ? Seconds / 100 : Seconds;
        var start = Stopwatch.GetTimestamp();
        Simulation.Explore(
            async sim =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), sim.Clock);
                for (var tick = 0L; tick < seconds; tick++)
                {
                    await timer.WaitForNextTickAsync();
                }
            },
            new SimulationOptions { Schedules = 1, MaximumSteps = long.MaxValue }).ThrowIfFailed();
        return Task.FromResult(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
