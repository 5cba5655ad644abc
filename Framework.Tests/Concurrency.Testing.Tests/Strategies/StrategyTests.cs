using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Strategies;

public sealed class StrategyTests
{
    private static readonly SimulationOptions s_bare = new() { Minimise = false, Explain = false, Variables = _ => null };

    public static TheoryData<string> Texts =>
        ["portfolio", "random", "pct:1", "pct:20", "pos", "urw", "delay:0", "delay:20", "fifo", "dfs", "dpor"];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Parse_ItsText_IsTheSameStrategy(string text)
    {
        var strategy = SimulationStrategy.Parse(text);

        Assert.Equal(text, strategy.ToString());
        Assert.Equal(strategy, SimulationStrategy.Parse($" {text.ToUpperInvariant()} "));
        Assert.Equal(text == "portfolio" ? "urw" : text, strategy.Create().Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pct")]
    [InlineData("pct:0")]
    [InlineData("pct:21")]
    [InlineData("delay:-1")]
    [InlineData("random:1")]
    [InlineData("best")]
    public void Parse_SomethingElse_IsRefused(string text) =>
        Assert.Contains("portfolio", Assert.Throws<FormatException>(() => SimulationStrategy.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Texts))]
    public void Explore_OneSeed_IsTheSameTwice(string text)
    {
        var options = s_bare with { Strategy = SimulationStrategy.Parse(text), Schedules = 40, Seed = 7 };
        var one = Simulation.Explore(Passing, options);
        var two = Simulation.Explore(Passing, options);

        Assert.Null(one.Failure);
        Assert.Equal((one.Hash, one.Steps, one.Schedules), (two.Hash, two.Steps, two.Schedules));
    }

    [Fact]
    public void Portfolio_AFailure_TellsWhichStrategyFoundItAndItsSeedAloneFindsItAgain()
    {
        var strategies = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var report = Simulation.Explore(CalibrationBodies.LongAway, s_bare with { Seed = seed });
            var failure = report.Failure!;
            strategies.Add(failure.Trace.Strategy);
            var again = Simulation.Explore(
                CalibrationBodies.LongAway, s_bare with { Seed = 99, Variables = name => name == "SIM_SEED" ? failure.Seed!.ToString() : null });

            Assert.EndsWith($":{failure.Trace.Strategy}", failure.Seed!.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, again.Schedules);
            Assert.Equal((failure.Kind, failure.Step, failure.Trace.Hash), (again.Failure!.Kind, again.Failure.Step, again.Failure.Trace.Hash));
        }

        Assert.Contains("pct:2", strategies);
        Assert.DoesNotContain("portfolio", strategies);
    }

    [Fact]
    public void Urw_OneStepAmongMany_IsAsLikelyAtEachPlace()
    {
        const int Steps = 9;
        var places = new int[Steps + 1];
        Simulation.Explore(
            async sim =>
            {
                var done = 0;
                var many = sim.Executor.RunAsync(async _ =>
                {
                    for (; done < Steps; done++)
                    {
                        await Executor.Yield();
                    }
                });
                var one = sim.Executor.RunAsync(_ =>
                {
                    places[done]++;
                    return Task.CompletedTask;
                });
                await Task.WhenAll(many, one);
            },
            s_bare with { Strategy = SimulationStrategy.Urw, Schedules = 1001 }).ThrowIfFailed();

        // Random walk would put half of them at the first place.
        Assert.All(places, count => Assert.InRange(count, 40, 250));
    }

    [Fact]
    public void DelayBound_None_IsFifo()
    {
        // The probe is a random walk, and the first schedule.
        var fifo = Orders(SimulationStrategy.Fifo, 10);

        Assert.Single(fifo);
        Assert.Subset(Orders(SimulationStrategy.DelayBound(0), 10), fifo);
        Assert.InRange(Orders(SimulationStrategy.DelayBound(0), 10).Count, 1, 2);
        Assert.InRange(Orders(SimulationStrategy.DelayBound(1), 50).Count, 4, 50);
    }

    [Fact]
    public void Dfs_TwoActors_RunsEachOrderOnce()
    {
        var orders = new List<string>();
        var report = Simulation.Explore(
            async sim =>
            {
                var order = "";
                var a = sim.Executor.RunAsync(async _ =>
                {
                    order += "a";
                    await Executor.Yield();
                    order += "a";
                });
                order += "m";
                await Executor.Yield();
                order += "m";
                await a;
                orders.Add(order);
            },
            s_bare with { Strategy = SimulationStrategy.Dfs });

        Assert.True(report.IsExhaustive);
        Assert.Equal(["maam", "mama", "mmaa"], orders.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(report.Schedules, orders.Count);
    }

    [Fact]
    public void Pct_HundredActors_GoesThroughTheirRanks()
    {
        var report = Simulation.Explore(
            async sim =>
            {
                var sum = 0;
                await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => sim.Executor.RunAsync(async _ =>
                {
                    for (var turn = 0; turn < 10; turn++)
                    {
                        await Executor.Yield();
                        sum++;
                    }
                })));
                Assert.Equal(1000, sum);
            },
            s_bare with { Strategy = SimulationStrategy.Pct(3), Schedules = 20 });
        report.ThrowIfFailed();
    }

    private static HashSet<string> Orders(SimulationStrategy strategy, int schedules)
    {
        var orders = new HashSet<string>(StringComparer.Ordinal);
        Simulation.Explore(
            async sim =>
            {
                var order = "";
                await Task.WhenAll(Enumerable.Range(0, 3).Select(actor => sim.Executor.RunAsync(async _ =>
                {
                    order += actor;
                    await Executor.Yield();
                    order += actor;
                })));
                orders.Add(order);
            },
            s_bare with { Strategy = strategy, Schedules = schedules }).ThrowIfFailed();
        return orders;
    }

    private static async Task Passing(Sim sim)
    {
        var mutex = new AsyncLock();
        var count = 0;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sim.Executor.RunAsync(async _ =>
        {
            using (await mutex.LockAsync())
            {
                count += 1 + sim.Choose(2);
                await Executor.Yield();
            }
        })));
        Assert.InRange(count, 3, 6);
    }
}
