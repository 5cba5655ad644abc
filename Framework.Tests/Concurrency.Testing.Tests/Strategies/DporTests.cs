using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.Testing.Strategies;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>What the reduced search sees is what all schedules show.</summary>
public sealed class DporTests(ITestOutputHelper output)
{
    [Fact]
    public void TwoWritersOneReader_Capacity1_SameOutcomes() => Compare(async (sim, seen) =>
    {
        var channel = BoundedChannel.Create<int>(1);
        var writers = Enumerable.Range(0, 2).Select(writer => sim.Executor.RunAsync(async _ =>
        {
            await channel.Writer.WriteAsync(writer);
            await channel.Writer.WriteAsync(writer);
        })).ToList();
        for (var count = 0; count < 4; count++)
        {
            seen.Add($"{await channel.Reader.ReadAsync()}");
        }

        await Task.WhenAll(writers);
    });

    [Fact]
    public void LocksInOppositeOrder_SameDeadlocks()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var a = new AsyncLock();
            var b = new AsyncLock();
            var one = sim.Executor.RunAsync(_ => Both(a, b, "ab", seen));
            var two = sim.Executor.RunAsync(_ => Both(b, a, "ba", seen));
            await Task.WhenAll(one, two);
        });
        Assert.Contains(" Deadlock", outcomes);
        Assert.Contains("ab ba", outcomes);
        Assert.Contains("ba ab", outcomes);
    }

    [Fact]
    public void DifferentLocks_AreIndependent()
    {
        // Only which of the two ends last makes a difference, to the one who awaits both.
        var all = AllSchedules.Run(SimulationStrategy.Dpor, Body);
        Assert.InRange(all.Schedules, 1, 2);

        static async Task Body(Sim sim, List<string> seen)
        {
            var first = sim.Executor.RunAsync(_ => Alone(new AsyncLock()));
            var second = sim.Executor.RunAsync(_ => Alone(new AsyncLock()));
            await first;
            await second;
        }

        static async Task Alone(AsyncLock mutex)
        {
            using (await mutex.LockAsync())
            {
                await Executor.Yield();
            }
        }
    }

    [Fact]
    public void ThreeTakeALock_AllOrders()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var mutex = new AsyncLock();
            await Task.WhenAll(Enumerable.Range(0, 3).Select(actor => sim.Executor.RunAsync(async _ =>
            {
                using (await mutex.LockAsync())
                {
                    seen.Add($"{actor}");
                }
            })));
        });
        Assert.Equal(6, outcomes.Count);
    }

    [Fact]
    public void CancellationByAValue_SameOutcomes()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var mutex = new AsyncLock();
            using var cancellation = new CancellationTokenSource();
            var held = sim.Executor.RunAsync(async _ =>
            {
                using (await mutex.LockAsync())
                {
                    await Executor.Yield();
                }
            });
            var waits = sim.Executor.RunAsync(async _ =>
            {
                try
                {
                    using (await mutex.LockAsync(cancellation.Token))
                    {
                        seen.Add("got");
                    }
                }
                catch (OperationCanceledException)
                {
                    seen.Add("cancelled");
                }
            });
            var cancels = sim.Executor.RunAsync(async _ =>
            {
                await Executor.Yield();
                if (sim.Maybe(50))
                {
                    cancellation.Cancel();
                    seen.Add("cancel");
                }
            });
            await Task.WhenAll(held, waits, cancels);
        });
        Assert.Contains("got", outcomes);
        Assert.Contains("cancel cancelled", outcomes);
        Assert.Contains("cancel got", outcomes);
        Assert.Contains("got cancel", outcomes);
    }

    [Fact]
    public void SelectOfTwoChannels_SameOutcomes()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var a = BoundedChannel.Create<int>(1);
            var b = BoundedChannel.Create<int>(1);
            var writes = sim.Executor.RunAsync(async _ => await a.Writer.WriteAsync(1));
            var writesToo = sim.Executor.RunAsync(async _ => await b.Writer.WriteAsync(2));
            var select = new Select<int>().On(a.Reader, item => item).On(b.Reader, item => item);
            seen.Add($"{await select.TakeAsync()}");
            seen.Add($"{await select.TakeAsync()}");
            await Task.WhenAll(writes, writesToo);
        });
        Assert.Equal(["1 2", "2 1"], outcomes);
    }

    [Fact]
    public void FirstOfTwo_SameOutcomes()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var one = sim.Executor.RunAsync(async _ => await Executor.Yield());
            var two = sim.Executor.RunAsync(async _ => await Executor.Yield());
            seen.Add(await Task.WhenAny(one, two) == one ? "one" : "two");
            await Task.WhenAll(one, two);
        });
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void FailuresInAScope_SameOutcomes() => Compare(async (sim, seen) =>
    {
        try
        {
            await TaskScope.RunAsync(async scope =>
            {
                for (var child = 0; child < 2; child++)
                {
                    var name = $"{child}";
                    _ = scope.Start(name, async token =>
                    {
                        await Executor.Yield();
                        throw new InvalidOperationException(name);
                    });
                }

                await Executor.Yield();
            });
        }
        catch (InvalidOperationException failure)
        {
            seen.Add(failure.Message);
        }
        catch (AggregateException failure)
        {
            seen.Add(failure.InnerExceptions[0].Message);
        }
    });

    [Fact]
    public void PostsToALoop_SameOrders()
    {
        var outcomes = Compare(async (sim, seen) =>
        {
            var loop = sim.Executors.CreateExclusive("loop", ExecutorSpec.Parse("cooperative"));
            var posts = Enumerable.Range(0, 2).Select(poster => sim.Executor.RunAsync(async _ =>
            {
                await loop.RunAsync(async _ =>
                {
                    seen.Add($"{poster}a");
                    await Executor.Yield();
                    seen.Add($"{poster}b");
                });
            }));
            await Task.WhenAll(posts);
        });
        Assert.Contains("0a 1a 0b 1b", outcomes);
        Assert.Contains("1a 1b 0a 0b", outcomes);
    }

    [Theory]
    [InlineData(2, 3, 150)]
    [InlineData(3, 2, 40)]
    [InlineData(2, 4, 50)]
    public void RandomPrograms_SameOutcomes(int actors, int operations, int programs)
    {
        for (var seed = 1UL; seed <= (ulong)programs; seed++)
        {
            var program = new RandomProgram(seed, actors, operations);
            var brute = AllSchedules.Run(SimulationStrategy.Dfs, program.RunAsync, most: 5_000);
            if (brute.IsCut)
            {
                continue;
            }

            var reduced = AllSchedules.Run(SimulationStrategy.Dpor, program.RunAsync);
            Assert.True(
                brute.Outcomes.SetEquals(reduced.Outcomes),
                $"{program} (seed {seed}): all {brute.Schedules}, reduced {reduced.Schedules}; not seen: {string.Join("; ", brute.Outcomes.Except(reduced.Outcomes))}");
            Assert.InRange(reduced.Schedules + reduced.GivenUp, 1, brute.Schedules);
        }
    }

    private static async Task Both(AsyncLock outer, AsyncLock inner, string name, List<string> seen)
    {
        using (await outer.LockAsync())
        using (await inner.LockAsync())
        {
            seen.Add(name);
        }
    }

    private SortedSet<string> Compare(Func<Sim, List<string>, Task> body)
    {
        var brute = AllSchedules.Run(SimulationStrategy.Dfs, body);
        var reduced = AllSchedules.Run(SimulationStrategy.Dpor, body);
        output.WriteLine($"all: {brute.Schedules}, reduced: {reduced.Schedules} and {reduced.GivenUp} given up; outcomes: {string.Join(" | ", brute.Outcomes)}");
        Assert.Equal(brute.Outcomes, reduced.Outcomes);
        Assert.InRange(reduced.Schedules + reduced.GivenUp, 1, brute.Schedules);
        return reduced.Outcomes;
    }
}
