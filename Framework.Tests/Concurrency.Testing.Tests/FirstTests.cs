using System.Diagnostics;
using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests;

public sealed class FirstTests(ITestOutputHelper output)
{
    [Fact]
    public void AbBa_IsFound()
    {
        foreach (var strategy in new[] { SimulationStrategy.RandomWalk, SimulationStrategy.Pct(2), SimulationStrategy.Pos })
        {
            var report = Simulation.Explore(AbBa, new SimulationOptions { Strategy = strategy });
            output.WriteLine($"{strategy} {report.Schedules} {report.Failure?.Message}");
            Assert.Equal(SimulationFailureKind.Deadlock, report.Failure?.Kind);
        }
    }

    [Fact]
    public void Yields_Speed()
    {
        async Task Body(Sim sim)
        {
            var tasks = new Task[5];
            for (var i = 0; i < 5; i++)
            {
                tasks[i] = sim.Executor.RunAsync(async _ =>
                {
                    for (var n = 0; n < 200_000; n++)
                    {
                        await Executor.Yield();
                    }
                });
            }

            await Task.WhenAll(tasks);
        }

        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            var bytes = GC.GetTotalAllocatedBytes();
            var report = Simulation.Explore(Body, new SimulationOptions { Strategy = SimulationStrategy.RandomWalk, Schedules = 1, MaximumSteps = 10_000_000 });
            report.ThrowIfFailed();
            output.WriteLine($"{report.Steps} steps {watch.Elapsed.TotalNanoseconds / report.Steps} ns {(GC.GetTotalAllocatedBytes() - bytes) / (double)report.Steps} B");
        }
    }

    private static async Task AbBa(Sim sim)
    {
        var a = sim.Name(new AsyncLock(), "a");
        var b = new AsyncLock();
        var channel = BoundedChannel.Create<int>(1);
        await TaskScope.RunAsync(async scope =>
        {
            _ = scope.Start("ab", async token =>
            {
                using (await a.LockAsync(token))
                using (await b.LockAsync(token))
                {
                    await channel.Writer.WriteAsync(1, token);
                }
            });
            _ = scope.Start("ba", async token =>
            {
                using (await b.LockAsync(token))
                using (await a.LockAsync(token))
                {
                    await channel.Writer.WriteAsync(1, token);
                }
            });
            await channel.Reader.ReadAsync();
            await channel.Reader.ReadAsync();
        });
    }
}
