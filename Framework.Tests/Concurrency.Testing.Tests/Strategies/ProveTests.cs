using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests.Strategies;

public sealed class ProveTests(ITestOutputHelper output)
{
    /// <summary>Three times each takes half a minute for 330,252 schedules, and is behind the environment variable KERNELS=full; otherwise twice.</summary>
    [Fact]
    public void AsyncLock_ThreeActorsAgainAndAgain_OnlyOneAtATime()
    {
        var times = Environment.GetEnvironmentVariable("KERNELS") == "full" ? 3 : 2;
        var report = Simulation.Prove(async sim =>
        {
            var mutex = new AsyncLock();
            var inside = 0;
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sim.Executor.RunAsync(async _ =>
            {
                for (var time = 0; time < times; time++)
                {
                    using (await mutex.LockAsync())
                    {
                        Assert.True(++inside == 1);
                        await Executor.Yield();
                        Assert.True(--inside == 0);
                    }
                }
            })));
        });
        output.WriteLine($"{report.Verdict} {report.Steps} steps");
        report.ThrowIfNotProved();
    }

    [Fact]
    public void BoundedChannel_TwoWritersOneReader_NothingIsLostAndEachWritersOrderIsKept()
    {
        var report = Simulation.Prove(async sim =>
        {
            var channel = BoundedChannel.Create<(int Writer, int Number)>(1);
            var writers = Enumerable.Range(0, 2).Select(writer => sim.Executor.RunAsync(async _ =>
            {
                for (var number = 0; number < 2; number++)
                {
                    await channel.Writer.WriteAsync((writer, number));
                }
            })).ToList();
            var next = new int[2];
            for (var count = 0; count < 4; count++)
            {
                var (writer, number) = await channel.Reader.ReadAsync();
                Assert.Equal(next[writer]++, number);
            }

            Assert.Equal([2, 2], next);
            await Task.WhenAll(writers);
            Assert.False(channel.Reader.TryRead(out _));
        });
        output.WriteLine($"{report.Verdict} {report.Steps} steps");
        report.ThrowIfNotProved();
    }

    [Fact]
    public void Prove_OneScheduleOfManyFails_FindsIt()
    {
        var report = Simulation.Prove(Body);
        Assert.Equal(SimulationFailureKind.BodyFailed, report.Failure?.Kind);
        Assert.Equal("dpor", report.Failure!.Trace.Strategy);
        Assert.False(report.IsExhaustive);
        Assert.StartsWith("Failed", report.Verdict, StringComparison.Ordinal);
        var again = Simulation.Replay(Body, report.Failure.Trace);
        Assert.Equal((report.Failure.Kind, report.Failure.Step), (again.Failure?.Kind, again.Failure?.Step));

        static async Task Body(Sim sim)
        {
            var mutex = new AsyncLock();
            var turns = 0;
            await Task.WhenAll(Enumerable.Range(0, 3).Select(actor => sim.Executor.RunAsync(async _ =>
            {
                using (await mutex.LockAsync())
                {
                    turns = (3 * turns) + actor;
                }
            })));
            Assert.NotEqual((9 * 2) + (3 * 1) + 0, turns);
        }
    }

    [Fact]
    public void Prove_BoundReached_SaysSo()
    {
        var report = Simulation.Prove(
            async sim =>
            {
                var mutex = new AsyncLock();
                await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sim.Executor.RunAsync(async _ => (await mutex.LockAsync()).Dispose())));
            },
            new SimulationOptions { Schedules = 3 });
        Assert.Null(report.Failure);
        Assert.False(report.IsExhaustive);
        report.ThrowIfFailed();
        var error = Assert.Throws<SimulationFailedException>(report.ThrowIfNotProved);
        Assert.StartsWith("Not proved: 3 schedules passed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prove_ValuesOnly_RunsEach()
    {
        var seen = new SortedSet<int>();
        var report = Simulation.Prove(async sim =>
        {
            seen.Add((10 * sim.Choose(3)) + sim.Choose(2) + (sim.Maybe(1) ? 100 : 0));
            await Executor.Yield();
        });
        Assert.True(report.IsExhaustive);
        Assert.Equal(12, report.Schedules);
        Assert.Equal(12, seen.Count);
    }

    [Fact]
    public void Prove_TimersDueAtOnce_BothOrders()
    {
        var orders = new SortedSet<string>(StringComparer.Ordinal);
        var report = Simulation.Prove(async sim =>
        {
            var order = "";
            await Task.WhenAll(Enumerable.Range(0, 2).Select(actor => sim.Executor.RunAsync(async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock, token);
                order += actor;
            })));
            orders.Add(order);
        });
        report.ThrowIfNotProved();
        Assert.Equal(["01", "10"], orders);
    }

    [Fact]
    public void Prove_BodyIsNotDeterministic_SaysSo()
    {
        var run = 0;
        var report = Simulation.Prove(sim =>
        {
            sim.Choose(2 + (run++ % 3));
            return Task.CompletedTask;
        });
        Assert.Equal(SimulationFailureKind.Nondeterminism, report.Failure?.Kind);
        Assert.Contains("not deterministic", report.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prove_Dfs_RunsAllOrders()
    {
        var options = new SimulationOptions { Strategy = SimulationStrategy.Dfs, Schedules = 100_000 };
        var all = Simulation.Prove(Body, options);
        var reduced = Simulation.Prove(Body);
        all.ThrowIfNotProved();
        reduced.ThrowIfNotProved();
        Assert.InRange(reduced.Schedules, 2, all.Schedules / 10);

        static async Task Body(Sim sim)
        {
            var mutex = new AsyncLock();
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => sim.Executor.RunAsync(async _ =>
            {
                await Executor.Yield();
                using (await mutex.LockAsync())
                {
                    await Executor.Yield();
                }
            })));
        }
    }
}
