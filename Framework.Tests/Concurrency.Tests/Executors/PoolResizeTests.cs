using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>A pool that grows, shrinks and is resized while it works.</summary>
public sealed class PoolResizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task FU3_MaximumAlone_MakesTheMinimumFit(int maximum)
    {
        var options = new PoolExecutorOptions { MaximumThreads = maximum };
        await using var pool = new PoolExecutor(options);

        Assert.Equal(Math.Min(Environment.ProcessorCount, maximum), pool.MinimumThreads);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoolExecutor(options with { MinimumThreads = maximum + 1 }));
    }

    [Fact]
    public async Task FU4_SubmitAfterSubmit_WithAnIdleThread_NeedsNoOther()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 8 });
        for (var round = 0; round < 50; round++)
        {
            Assert.Equal(round, await pool.InvokeAsync(() => round).Within("work"));

            // The task is complete a moment before its thread is idle again.
            await UntilAsync(() => pool.Statistics.IdleThreads == 1, "the thread is idle");
        }

        Assert.Equal((1, 1), (pool.Statistics.Threads, pool.Statistics.ThreadsHighWater));
    }

    [Fact]
    public async Task FU4_Threads_GrowWithWaitingWork_AndShrinkToTheMinimumWhenIdle()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 2,
            MaximumThreads = 5,
            IdleTimeout = TimeSpan.FromMilliseconds(10),
        });
        using var held = new HeldThreads(pool);
        for (var threads = 1; threads <= 5; threads++)
        {
            await held.HoldAsync(1);
            Assert.Equal((threads, threads), (pool.Statistics.Threads, pool.Statistics.Running));
        }

        var sixth = pool.InvokeAsync(() => 6);
        Assert.Equal((5, 1), (pool.Statistics.Threads, pool.Statistics.Queued));
        held.Release(5);
        Assert.Equal(6, await sixth.Within("sixth"));

        await UntilAsync(() => pool.Statistics is { Threads: 2, IdleThreads: 2 }, "three threads end");
        Assert.Equal(5, pool.Statistics.ThreadsHighWater);
    }

    [Fact]
    public async Task FU3_Resize_Growing_StartsThreadsForWaitingWorkAtOnce()
    {
        await using var pool = new PoolExecutor("p", 1);
        using var held = new HeldThreads(pool);
        await held.HoldAsync(1);
        var waiting = held.HoldAsync(3);
        Assert.Equal((1, 3), (pool.Statistics.Threads, pool.Statistics.Queued));

        pool.Resize(1, 4);

        await waiting.Within("the waiting work runs");
        Assert.Equal((4, 4, 0), (pool.Statistics.Threads, pool.Statistics.Running, pool.Statistics.Queued));
        Assert.Equal((1, 4, 4), (pool.MinimumThreads, pool.MaximumThreads, pool.MaximumConcurrency));
        held.Release(4);
    }

    [Fact]
    public async Task FU3_Resize_Shrinking_EndsIdleThreadsAtOnceAndBusyOnesAfterTheirTurn()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 4, MaximumThreads = 4 });
        using var held = new HeldThreads(pool);
        await held.HoldAsync(4);
        held.Release(1);
        await UntilAsync(() => pool.Statistics.IdleThreads == 1, "one is idle");

        pool.Resize(1, 1);

        await UntilAsync(() => pool.Statistics.Threads == 3, "the idle one ends");
        var next = pool.InvokeAsync(() => Environment.CurrentManagedThreadId);
        Assert.Equal(1, pool.Statistics.Queued);
        held.Release(2);
        await UntilAsync(() => pool.Statistics.Threads == 1, "two end after their turn");
        Assert.Equal(1, pool.Statistics.Queued);
        held.Release(1);
        await next.Within("the last one goes on");
        Assert.Equal(1, pool.Statistics.Threads);
    }

    [Fact]
    public async Task FU4_Resize_LowerMinimum_LetsThreadsEndThatSleptWithoutLimit()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 3,
            MaximumThreads = 3,
            IdleTimeout = TimeSpan.FromMilliseconds(5),
        });
        using var held = new HeldThreads(pool);
        await held.HoldAsync(3);
        held.Release(3);
        await UntilAsync(() => pool.Statistics.IdleThreads == 3, "all are idle");

        pool.Resize(1, 3);

        await UntilAsync(() => pool.Statistics is { Threads: 1, IdleThreads: 1 }, "two end");
    }

    [Fact]
    public async Task FU3_ResizeQueue_Growing_AdmitsThoseWhoWaitAtOnceInOrder()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1 });
        using var held = new HeldThreads(pool);
        await held.HoldAsync(1);
        var order = new List<int>();
        var tasks = Enumerable.Range(0, 10).Select(index => pool.InvokeAsync(() => order.Add(index))).ToArray();
        Assert.Equal(1, pool.Statistics.Queued);

        pool.ResizeQueue(6);

        Assert.Equal((6, 6), (pool.QueueLimit, pool.Statistics.Queued));
        Assert.False(pool.TryPost(() => { }));
        held.Release(1);
        await Task.WhenAll(tasks).Within("all");
        Assert.Equal(Enumerable.Range(0, 10), order);
    }

    [Fact]
    public async Task FU3_ResizeQueue_Shrinking_KeepsWhatIsQueuedAndAdmitsNoneUntilThereIsRoom()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 4 });
        using var held = new HeldThreads(pool);
        await held.HoldAsync(1);
        var queued = Enumerable.Range(0, 4).Select(_ => held.HoldAsync(1)).ToArray();
        var waiting = pool.InvokeAsync(() => "waited");

        pool.ResizeQueue(2);
        held.Release(1);
        await queued[0].Within("the first of the queue runs");

        Assert.Equal(3, pool.Statistics.Queued);
        held.Release(1);
        await queued[1].Within("the second runs");
        Assert.Equal(2, pool.Statistics.Queued);
        held.Release(1);
        await queued[2].Within("the third runs");
        Assert.Equal(2, pool.Statistics.Queued);
        held.Release(2);
        Assert.Equal("waited", await waiting.Within("waiting"));
    }

    [Fact]
    public async Task FU3_Resize_BadNumbers_SayWhatIsAllowedAndChangeNothing()
    {
        var pool = new PoolExecutor(new PoolExecutorOptions { Name = "sized", MinimumThreads = 2, MaximumThreads = 3 });
        Assert.Contains("Give 1 to 4096", Assert.Throws<ArgumentOutOfRangeException>(() => pool.Resize(1, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("Give 1 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => pool.Resize(3, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("Give 1 to", Assert.Throws<ArgumentOutOfRangeException>(() => pool.ResizeQueue(0)).Message, StringComparison.Ordinal);
        var unlimited = Assert.Throws<InvalidOperationException>(() => pool.ResizeQueue(5));
        Assert.Contains("'sized' was made without a queue limit", unlimited.Message, StringComparison.Ordinal);
        Assert.Equal((2, 3, null), (pool.MinimumThreads, pool.MaximumThreads, pool.QueueLimit));

        await pool.DisposeAsync().Within("dispose");

        Assert.Throws<ObjectDisposedException>(() => pool.Resize(1, 1));
        Assert.Throws<ObjectDisposedException>(() => pool.ResizeQueue(5));
    }

    [Fact]
    public async Task FU3_Resize_WhileManyPost_RunsEverythingOnceAndEndsWithTheRightNumber()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, IdleTimeout = TimeSpan.Zero });
        var ran = 0;
        var resizing = Task.Run(() =>
        {
            for (var round = 0; round < 300; round++)
            {
                pool.Resize(1, (round % 4) + 1);
            }
        });
        for (var round = 0; round < 300; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pool.InvokeAsync(() => Interlocked.Increment(ref ran)))).Within($"round {round}");
        }

        await resizing.Within("resizes");
        Assert.Equal(3_000, ran);
        pool.Resize(1, 2);
        Assert.Equal(1, await pool.InvokeAsync(() => 1).Within("still works"));
        await UntilAsync(() => pool.Statistics.Threads <= 2, "at most two are left");
    }

    [Fact]
    public async Task FU8_DelayedWork_QueueFullAtItsTime_WaitsOrTellsItsTask()
    {
        var clock = new ManualClock();
        foreach (var reject in new[] { false, true })
        {
            await using var pool = new PoolExecutor(new PoolExecutorOptions
            {
                MinimumThreads = 2,
                MaximumThreads = 2,
                QueueLimit = 1,
                RejectWhenFull = reject,
                TimeProvider = clock,
            });
            using var held = new HeldThreads(pool);
            // One after the other: a queue for one refuses the second as long as the first has not begun.
            await held.HoldAsync(1);
            await held.HoldAsync(1);
            var tasks = new[] { 1, 2, 3 }.Select(second => pool.InvokeAfterAsync(TimeSpan.FromSeconds(second), () => second)).ToArray();
            var post = pool.PostAfter(TimeSpan.FromSeconds(4), () => { });
            var filler = pool.InvokeAsync(() => 0);

            // One thread comes free: the timer goes before new work, and finds the queue full.
            clock.Advance(TimeSpan.FromSeconds(4));
            held.Release(1);

            foreach (var task in tasks)
            {
                await task.ContinueWith(_ => { }, TaskScheduler.Default).Within("delayed");
                Assert.Equal(reject, task.Exception?.InnerException is ExecutorRejectedException);
                Assert.Equal(!reject, task.IsCompletedSuccessfully);
            }

            held.Release(1);
            Assert.Equal(0, await filler.Within("filler"));
            Assert.True(await pool.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain"));
            Assert.Equal(reject ? DelayedPostState.Rejected : DelayedPostState.Queued, post.State);
            Assert.Equal(reject ? 4 : 0, pool.Statistics.Rejected);
            Assert.Equal(0, pool.Statistics.InFlight);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FU8_DelayedWork_PoolThatClosesWithAFullQueue_KeepsItInItsOrder(bool reject)
    {
        var clock = new ManualClock();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 1,
            QueueLimit = 1,
            RejectWhenFull = reject,
            TimeProvider = clock,
        });
        var ran = new List<int>();
        Task<bool>? drain = null;
        await pool.RunAsync(async _ =>
        {
            pool.PostAfter(TimeSpan.FromSeconds(reject ? 2 : 1), () => ran.Add(1));
            pool.PostAfter(TimeSpan.FromSeconds(2), () => ran.Add(2));
            pool.Post(() => ran.Add(0));

            // The timer runs as a turn before the rest of this, and finds the queue full; then again when the pool is closed.
            clock.Advance(TimeSpan.FromSeconds(1));
            await Executor.Yield();
            drain = pool.DrainAsync(TimeSpan.FromDays(1));
            clock.Advance(TimeSpan.FromSeconds(1));
        }).Within("turns");

        Assert.True(await drain!.Within("drain"));
        Assert.Equal([0, 1, 2], ran);
        Assert.Equal((0L, 0), (pool.Statistics.Rejected, pool.Statistics.InFlight));
    }

    /// <summary>For states that no signal tells of; the one bound is that of the guard.</summary>
    private static async Task UntilAsync(Func<bool> condition, string phase)
    {
        var seen = Task.Run(async () =>
        {
            while (!condition())
            {
                await Task.Yield();
            }
        });
        await seen.Within(phase);
    }

    /// <summary>Work that holds threads of a pool until it is let go.</summary>
    private sealed class HeldThreads(Executor executor) : IDisposable
    {
        private readonly SemaphoreSlim _release = new(0);

        /// <summary>Completes when so many more pieces of work hold a thread.</summary>
        public Task HoldAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(number =>
        {
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = executor.InvokeAsync(() =>
            {
                entered.SetResult();
                _release.Wait();
            });
            return entered.Task.Within("a thread is held");
        }));

        public void Release(int count) => _release.Release(count);

        public void Dispose() => _release.Release(1_000);
    }
}
