using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>Small programs with a bug each, of which different strategies find different ones soon.</summary>
internal static class CalibrationBodies
{
    /// <summary>Each takes its left fork, then its right one: only when all have one does nobody get on.</summary>
    public static async Task Philosophers(Sim sim)
    {
        const int Seats = 7;
        var forks = Enumerable.Range(0, Seats).Select(_ => new AsyncLock()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Seats).Select(seat => sim.Executor.RunAsync(async _ =>
        {
            using (await forks[seat].LockAsync())
            using (await forks[(seat + 1) % Seats].LockAsync())
            {
                await Executor.Yield();
            }
        })));
    }

    /// <summary>Many set one thing and then another; one that looks in between sees only half.</summary>
    public static async Task Reorder20(Sim sim)
    {
        var a = 0;
        var b = 0;
        var setters = Enumerable.Range(0, 19).Select(_ => sim.Executor.RunAsync(async _ =>
        {
            a = 1;
            await Executor.Yield();
            b = -1;
        })).ToList();
        var checks = sim.Executor.RunAsync(async _ =>
        {
            await Executor.Yield();
            Assert.True((a == 0 && b == 0) || (a == 1 && b == -1));
        });
        await Task.WhenAll([.. setters, checks]);
    }

    /// <summary>Two values of which the second follows the first under another lock: who looks in between finds them apart.</summary>
    public static async Task TwoStage(Sim sim)
    {
        var first = new AsyncLock();
        var second = new AsyncLock();
        var a = 0;
        var b = 0;
        var writers = Enumerable.Range(0, 9).Select(_ => sim.Executor.RunAsync(async _ =>
        {
            using (await first.LockAsync())
            {
                a = 1;
            }

            using (await second.LockAsync())
            {
                b = a + 1;
            }
        })).ToList();
        var reads = sim.Executor.RunAsync(async _ =>
        {
            int seen;
            using (await first.LockAsync())
            {
                seen = a;
            }

            using (await second.LockAsync())
            {
                Assert.True(seen == 0 || b == seen + 1);
            }
        });
        await Task.WhenAll([.. writers, reads]);
    }

    /// <summary>One looks twice, and only if the other does all of its many steps in between are the looks different in a bad way.</summary>
    public static async Task LongAway(Sim sim)
    {
        const int Rounds = 30;
        var mutex = new AsyncLock();
        var rounds = 0;
        var works = sim.Executor.RunAsync(async _ =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                using (await mutex.LockAsync())
                {
                    rounds++;
                }
            }
        });
        var looks = sim.Executor.RunAsync(async _ =>
        {
            var before = rounds;
            using (await mutex.LockAsync())
            {
                Assert.False(before == 0 && rounds == Rounds);
            }
        });
        await Task.WhenAll(works, looks);
    }
}
