using System.Diagnostics;
using Concurrency.Bench.Ratios;
using Concurrency.Coordination;
using Concurrency.Testing;
using Concurrency.Testing.Strategies;

namespace Concurrency.Bench.Simulations;

/// <summary>Schedules per second of a bounded buffer of one place over a monitor, with readers and writers; held against the 62 that were recorded for Coyote 1.7.11.</summary>
internal sealed class BoundedBufferRow : LimitRow
{
    public override RowFacts Facts { get; } = new("simulation.schedules-vs-coyote", "1/s", null) { Limit = 62, HigherIsBetter = true };

    protected override Task<double> MeasureAsync(TimeSpan length)
    {
        const int Schedules = 2000;
        var start = Stopwatch.GetTimestamp();
        var report = Simulation.Explore(BodyAsync, new SimulationOptions { Strategy = SimulationStrategy.RandomWalk, Schedules = Schedules });
        report.ThrowIfFailed();
        return Task.FromResult(Schedules / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task BodyAsync(Sim sim)
    {
        var monitor = new AsyncMonitor();
        var items = new Queue<int>();
        await Task.WhenAll(
            sim.Executor.RunAsync(_ => PutAsync(monitor, items)),
            sim.Executor.RunAsync(_ => PutAsync(monitor, items)),
            sim.Executor.RunAsync(_ => TakeAsync(monitor, items)),
            sim.Executor.RunAsync(_ => TakeAsync(monitor, items)));
    }

    private static async Task PutAsync(AsyncMonitor monitor, Queue<int> items)
    {
        for (var index = 0; index < 10; index++)
        {
            using (await monitor.EnterAsync())
            {
                while (items.Count == 1)
                {
                    await monitor.WaitAsync();
                }

                items.Enqueue(index);
                monitor.PulseAll();
            }
        }
    }

    private static async Task TakeAsync(AsyncMonitor monitor, Queue<int> items)
    {
        for (var index = 0; index < 10; index++)
        {
            using (await monitor.EnterAsync())
            {
                while (items.Count == 0)
                {
                    await monitor.WaitAsync();
                }

                items.Dequeue();
                monitor.PulseAll();
            }
        }
    }
}
