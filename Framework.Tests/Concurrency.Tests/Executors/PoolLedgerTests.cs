using System.Collections.Concurrent;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>What a pool has counted, while others count.</summary>
public sealed class PoolLedgerTests
{
    [Fact]
    public async Task Post_FromATurnOfAnotherPool_IsCountedByTheReceiver()
    {
        await using var first = new PoolExecutor("first", 1);
        await using var second = new PoolExecutor("second", 1);
        await first.RunAsync(token => second.InvokeAsync(
            () =>
            {
                first.Post(() => { });
                first.Post(() => { });
            },
            token)).Within("both");
        await first.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
        await second.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");

        // First: the work and two posts, and no continuation: the work returned the task itself.
        Assert.Equal((3, 3), (first.Statistics.Accepted, first.Statistics.Executed));
        Assert.Equal((1, 1), (second.Statistics.Accepted, second.Statistics.Executed));
    }

    [Fact]
    public async Task Drain_WhileThreadsPost_EndsOnlyAfterEverythingThatWasAccepted()
    {
        for (var round = 0; round < 200; round++)
        {
            await using var pool = new PoolExecutor("drained", 2);
            var (accepted, run) = (0, 0);
            using var start = new Barrier(3);
            var producers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    while (pool.TryPost(() => Interlocked.Increment(ref run)))
                    {
                        Interlocked.Increment(ref accepted);
                    }
                },
                TaskCreationOptions.LongRunning)).ToArray();
            start.SignalAndWait();

            await pool.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
            var runAtTheEnd = Volatile.Read(ref run);
            await Task.WhenAll(producers).Within("producers");

            Assert.Equal(accepted, runAtTheEnd);
            Assert.Equal(accepted, pool.Statistics.Accepted);
            Assert.Equal(2, pool.Statistics.Rejected);
        }
    }

    [Fact]
    public async Task Statistics_WhileTurnsQueueTurns_NeverShowMoreDoneThanTakenIn()
    {
        const int Chains = 4;
        const int Length = 20_000;
        await using var pool = new PoolExecutor("busy", 2);
        using var ended = new CountdownEvent(Chains);
        for (var chain = 0; chain < Chains; chain++)
        {
            var left = Length;
            pool.Post(Step);

            void Step()
            {
                if (--left > 0)
                {
                    pool.Post(Step);
                }
                else
                {
                    ended.Signal();
                }
            }
        }

        await Task.Run(() =>
        {
            var executed = 0L;
            while (!ended.IsSet)
            {
                var seen = pool.Statistics;
                Assert.Equal(seen.Accepted, seen.Executed + seen.Queued + seen.Running + seen.Discarded);
                Assert.InRange(seen.Running, 0, 2);
                Assert.True(seen.Queued >= 0);
                Assert.True(seen.Executed >= executed - 2, $"{seen.Executed} after {executed}");
                executed = seen.Executed;
            }
        }).Within("chains");
        await pool.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");

        Assert.Equal(Chains * Length, pool.Statistics.Executed);
    }

    [Fact]
    public async Task Statistics_AfterAThreadHasEnded_KeepWhatItDid()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 2,
            IdleTimeout = TimeSpan.FromMilliseconds(1),
        });
        var threads = new ConcurrentBag<Thread>();
        using var both = new Barrier(2);
        void Meet()
        {
            threads.Add(Thread.CurrentThread);
            both.SignalAndWait();
        }

        await Task.WhenAll(pool.InvokeAsync(Meet), pool.InvokeAsync(Meet)).Within("two threads");
        var ends = threads.Select(thread => Task.Factory.StartNew(thread.Join, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAny(ends).Within("one thread ends");

        Assert.Equal((2, 2, 1), (pool.Statistics.Accepted, pool.Statistics.Executed, pool.Statistics.Threads));
    }
}
