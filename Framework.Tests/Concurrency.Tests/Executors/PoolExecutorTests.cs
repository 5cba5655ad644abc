using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class PoolExecutorTests
{
    [Fact]
    public async Task A7_3_QueueLimit_Full_TryPostFalsePostThrows()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 2 });
        await using var blocker = await Blocker.StartAsync(pool, 1);

        Assert.True(pool.TryPost(_ => { }, null));
        Assert.True(pool.TryPost(_ => { }, null));
        Assert.False(pool.TryPost(_ => { }, null));
        var error = Assert.Throws<ExecutorRejectedException>(() => pool.Post(_ => { }, null));

        Assert.Contains("2 pieces of new work", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, pool.Statistics.Queued);
        Assert.Equal(2, pool.Statistics.Rejected);
        blocker.Release();
        await pool.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
        Assert.Equal(2, pool.Statistics.QueuedHighWater);
    }

    [Fact]
    public async Task A7_3_QueueLimit_Full_RunAsyncWaitsInOrder()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1 });
        await using var blocker = await Blocker.StartAsync(pool, 1);
        var order = new List<int>();

        var tasks = Enumerable.Range(0, 20).Select(index => pool.InvokeAsync(() => order.Add(index))).ToArray();
        Assert.False(pool.TryPost(_ => { }, null));
        Assert.Equal(1, pool.Statistics.Queued);
        blocker.Release();
        await Task.WhenAll(tasks).Within("all");

        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task A7_3_QueueLimit_WaiterCancelled_LeavesAndTheNextOneGetsThePlace()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1 });
        await using var blocker = await Blocker.StartAsync(pool, 1);
        using var source = new CancellationTokenSource();
        var first = pool.InvokeAsync(() => { });
        var ran = false;
        var cancelled = pool.InvokeAsync(() => ran = true, source.Token);
        var last = pool.InvokeAsync(() => { });

        await source.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
        blocker.Release();
        await first.Within("first");
        await last.Within("last");

        Assert.Equal(source.Token, error.CancellationToken);
        Assert.False(ran);
        Assert.Equal(0, pool.Statistics.InFlight - blocker.InFlight);
    }

    [Fact]
    public async Task A7_3_QueueLimit_Reject_RunAsyncFails()
    {
        await using var pool = (PoolExecutor)ExecutorSpec.Parse("pool:1,queue=1,reject").Create("p");
        await using var blocker = await Blocker.StartAsync(pool, 1);
        var accepted = pool.InvokeAsync(() => { });

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => pool.InvokeAsync(() => { }).Within("rejected"));

        blocker.Release();
        await accepted.Within("accepted");
    }

    [Fact]
    public async Task A7_3_QueueLimit_Full_ContinuationsAreTaken()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1 });
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var order = new List<string>();
        var admitted = pool.RunAsync(async _ =>
        {
            started.SetResult();
            await gate.Task;
            order.Add("continuation");
        });
        await started.Task.Within("start");
        await using var blocker = await Blocker.StartAsync(pool, 1);
        var queued = pool.InvokeAsync(() => order.Add("root"));
        Assert.False(pool.TryPost(_ => { }, null));

        gate.SetResult();
        blocker.Release();
        await Task.WhenAll(admitted, queued).Within("both");

        Assert.Equal(["continuation", "root"], order);
    }

    [Fact]
    public async Task A7_6_Drain_RefusesThoseWhoWaitForAPlace()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1 });
        await using var blocker = await Blocker.StartAsync(pool, 1);
        var queued = pool.InvokeAsync(() => { });
        var waiting = pool.InvokeAsync(() => { });

        var drain = pool.DrainAsync(Timeout.InfiniteTimeSpan);

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => waiting.Within("waiting"));
        blocker.Release();
        Assert.True(await drain.Within("drain"));
        await queued.Within("queued");
    }

    [Fact]
    public async Task Threads_GrowWithBlockedWorkUpToTheMaximum_AndShrinkWhenIdle()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            Name = "p",
            MinimumThreads = 1,
            MaximumThreads = 4,
            IdleTimeout = TimeSpan.FromMilliseconds(20),
        });
        Assert.Equal(0, pool.Statistics.Threads);
        List<Thread> threads;
        await using (var blocker = await Blocker.StartAsync(pool, 4))
        {
            Assert.Equal(4, pool.Statistics.Threads);
            Assert.Equal(4, pool.Statistics.Running);
            Assert.True(pool.TryPost(_ => { }, null));
            Assert.Equal(1, pool.Statistics.Queued);
            threads = blocker.Threads;
            blocker.Release();
        }

        var ended = 0;
        var shrunk = new TaskCompletionSource();
        foreach (var thread in threads)
        {
            new Thread(() =>
            {
                thread.Join();
                if (Interlocked.Increment(ref ended) == 3)
                {
                    shrunk.SetResult();
                }
            })
            { IsBackground = true }.Start();
        }

        await shrunk.Task.Within("three threads end");
        Assert.Equal(1, pool.Statistics.Threads);
        Assert.Equal(7, await pool.InvokeAsync(() => 7).Within("still works"));
    }

    [Fact]
    public async Task LongestQueueWait_AllThreadsBlocked_IsSeen()
    {
        await using var pool = new PoolExecutor("p", 1);
        await using var blocker = await Blocker.StartAsync(pool, 1);
        var before = TimeProvider.System.GetTimestamp();
        var queued = pool.InvokeAsync(() => { });
        while (TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromMilliseconds(5))
        {
            await Task.Yield();
        }

        blocker.Release();
        await queued.Within("queued");
        await pool.InvokeAsync(() => { }).Within("behind the probe");

        Assert.True(pool.Statistics.LongestQueueWait >= TimeSpan.FromMilliseconds(5), $"{pool.Statistics.LongestQueueWait}");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 5000)]
    public void Constructor_ThreadsOutOfRange_SaysWhatIsAllowed(int minimum, int maximum)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new PoolExecutor(new PoolExecutorOptions { MinimumThreads = minimum, MaximumThreads = maximum }));

        Assert.Contains("Give 1 to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Burst_FromManyProducers_RunsEverythingOnce()
    {
        await using var pool = new PoolExecutor(new PoolExecutorOptions { Name = "p", MinimumThreads = 1, MaximumThreads = 4, IdleTimeout = TimeSpan.Zero });
        var ran = 0;
        for (var round = 0; round < 200; round++)
        {
            var done = new CountdownEvent(40);
            var producers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var index = 0; index < 10; index++)
                {
                    pool.UnsafePost(
                        _ =>
                        {
                            Interlocked.Increment(ref ran);
                            done.Signal();
                        },
                        null);
                }
            }));
            await Task.WhenAll(producers).Within("producers");
            await Task.Run(done.Wait).Within($"round {round}");
        }

        Assert.Equal(200 * 40, ran);
    }

    /// <summary>Blocks a number of a pool's threads until released.</summary>
    private sealed class Blocker : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private Task _turns = Task.CompletedTask;

        public List<Thread> Threads { get; } = [];

        public int InFlight => _turns.IsCompleted ? 0 : 1;

        public static async Task<Blocker> StartAsync(Executor executor, int threads)
        {
            var blocker = new Blocker();
            using var entered = new CountdownEvent(threads);
            var turns = Enumerable.Range(0, threads).Select(_ => executor.InvokeAsync(() =>
            {
                lock (blocker.Threads)
                {
                    blocker.Threads.Add(Thread.CurrentThread);
                }

                entered.Signal();
                blocker._release.Wait();
            })).ToArray();
            blocker._turns = Task.WhenAll(turns);
            await Task.Run(entered.Wait).Within("threads blocked");
            return blocker;
        }

        public void Release() => _release.Set();

        public async ValueTask DisposeAsync()
        {
            _release.Set();
            await _turns.Within("blocked turns");
        }
    }
}
