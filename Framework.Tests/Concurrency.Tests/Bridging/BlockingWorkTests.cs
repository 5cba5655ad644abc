using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Bridging;

public sealed class BlockingWorkTests
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Fact]
    public async Task EV36_ACall_RunsOnThePool_AndItsCallerGoesOn()
    {
        await using var loop = new CooperativeExecutor("loop");
        using var open = new ManualResetEventSlim();
        var pool = Pool();
        var result = await loop.RunAsync(async _ =>
        {
            var call = Run(pool, () =>
            {
                open.Wait();
                return Thread.CurrentThread.Name;
            });
            await Executor.Yield();
            open.Set();
            var name = await call;
            Assert.True(loop.IsCurrent);
            return name;
        }).Within("the call");

        Assert.Equal("blocking work", result);
        Assert.Equal(0, pool.Statistics.BlockingWaits);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_AFailure_ReachesTheCallerWithItsStack()
    {
        var pool = Pool();
        var failure = await Assert.ThrowsAsync<IOException>(() => Run<int>(pool, Fail).Within("the call"));

        Assert.Contains(nameof(Fail), failure.StackTrace, StringComparison.Ordinal);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_ManyCalls_UseNoMoreThreadsThanTheBound()
    {
        var pool = Pool(threads: 3);
        var now = 0;
        var most = 0;
        var gate = new Lock();
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Run(pool, () =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++now);
            }

            Thread.Yield();
            lock (gate)
            {
                now--;
            }

            return number;
        }))).Within("all calls");

        Assert.Equal(Enumerable.Range(0, 200), results);
        Assert.InRange(most, 1, 3);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_ANestedCall_RunsInline()
    {
        var pool = Pool(threads: 1);
        var same = await Run(pool, () =>
        {
            var outer = Environment.CurrentManagedThreadId;
            var inner = Run(pool, () => Environment.CurrentManagedThreadId);
            return inner.IsCompletedSuccessfully && inner.Result == outer;
        }).Within("the calls");

        Assert.True(same);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_WithoutThreads_ACancelledCallKeepsItsException()
    {
        var pool = Pool(threads: 0);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var call = Run<int>(pool, () => throw Stopped());

        var error = await Assert.ThrowsAsync<StoppedException>(() => call.Within("the call"));
        Assert.True(call.IsCanceled);
        Assert.Equal("the disk went away", error.Message);
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Contains(nameof(EV36_WithoutThreads_ACancelledCallKeepsItsException), error.StackTrace, StringComparison.Ordinal);

        StoppedException Stopped() => new("the disk went away", source.Token);
    }

    [Fact]
    public async Task EV36_WithoutThreads_ACallRunsInItsCaller()
    {
        var pool = Pool(threads: 0);
        var caller = Environment.CurrentManagedThreadId;
        var call = Run(pool, () => Environment.CurrentManagedThreadId);

        Assert.True(call.IsCompletedSuccessfully);
        Assert.Equal(caller, await call);
        await Assert.ThrowsAsync<IOException>(() => Run<int>(pool, Fail));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run<int>(pool, () => throw new OperationCanceledException()));
        await StopAsync(pool);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("", 20)]
    [InlineData(null, 20)]
    public void EV36_TheEnvironment_SetsTheNumberOfThreads(string? value, int threads) =>
        Assert.Equal(threads, new BlockingWorkOptions().ThreadsToUse(name => name == "CONCURRENCY_BLOCKING_THREADS" ? value : "99"));

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("5000")]
    public void EV36_AWrongEnvironment_IsRefusedWithItsValue(string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => new BlockingPool(new BlockingWorkOptions(), _ => value));

        Assert.Contains($"'{value}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("CONCURRENCY_BLOCKING_THREADS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EV36_OptionsOutOfTheirRange_AreRefusedWithTheValue()
    {
        Assert.Contains("-1", Refusal(new BlockingWorkOptions { Threads = -1 }), StringComparison.Ordinal);
        Assert.Contains("QueueLimit was 0", Refusal(new BlockingWorkOptions { QueueLimit = 0 }), StringComparison.Ordinal);

        static string Refusal(BlockingWorkOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new BlockingPool(options, _ => null)).Message;
    }

    [Fact]
    public async Task EV36_ACancelledCaller_IsFree_AndTheCallGoesOn()
    {
        var pool = Pool(threads: 1);
        using var open = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var started = Signal();
        var ended = Signal();
        var call = Run(
            pool,
            () =>
            {
                started.SetResult();
                open.Wait();
                ended.SetResult();
                return 1;
            },
            cancel.Token);
        await started.Task.Within("the start");
        await cancel.CancelAsync();

        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within("the caller is free"));
        Assert.Equal(cancel.Token, canceled.CancellationToken);
        Assert.False(ended.Task.IsCompleted);
        open.Set();
        await ended.Task.Within("the call ends");
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_ACallThatWasCancelledBeforeItsStart_NeverRuns()
    {
        var pool = Pool(threads: 1);
        using var open = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var ran = false;
        var first = Run(pool, () =>
        {
            open.Wait();
            return 1;
        });
        var second = Run(pool, () => ran = true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within("the caller is free"));
        open.Set();
        await first.Within("the first call");
        await StopAsync(pool);

        Assert.False(ran);
    }

    [Fact]
    public async Task EV36_AFailureThatNobodyAwaitsAnyMore_IsLogged()
    {
        var log = new ListLogger();
        var pool = new BlockingPool(new BlockingWorkOptions { Threads = 1, Logger = log }, _ => null);
        using var open = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var started = Signal();
        var call = Run<int>(
            pool,
            () =>
            {
                started.SetResult();
                open.Wait();
                return Fail();
            },
            cancel.Token);
        await started.Task.Within("the start");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within("the caller is free"));
        open.Set();
        await log.Written.Within("the report");

        Assert.IsType<IOException>(Assert.Single(log.Errors));
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_Better_AFullQueue_Rejects()
    {
        var pool = new BlockingPool(new BlockingWorkOptions { Threads = 1, QueueLimit = 1, RejectWhenFull = true }, _ => null);
        using var open = new ManualResetEventSlim();
        var started = Signal();
        var running = Run(pool, () =>
        {
            started.SetResult();
            open.Wait();
            return 1;
        });
        await started.Task.Within("the start");
        var queued = Run(pool, () => 2);

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => Run(pool, () => 3));
        open.Set();
        Assert.Equal(1, await running.Within("the running call"));
        Assert.Equal(2, await queued.Within("the queued call"));
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV36_Better_AFullQueue_MakesCallersWaitInTheirOrder()
    {
        var pool = new BlockingPool(new BlockingWorkOptions { Threads = 1, QueueLimit = 1 }, _ => null);
        var order = new List<int>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Run(pool, () =>
        {
            order.Add(number);
            return number;
        }))).Within("all calls");

        Assert.Equal(Enumerable.Range(0, 50), order);
        await StopAsync(pool);
    }

    [Fact]
    public async Task AS7_ContextVariables_FlowIntoTheCall()
    {
        var pool = Pool();
        s_local.Value = "caller";

        Assert.Equal("caller", await Run(pool, () => s_local.Value).Within("the call"));
        await StopAsync(pool);
    }

    [Fact]
    public async Task AS7_RunAsync_IsToThread()
    {
        var caller = Environment.CurrentManagedThreadId;
        var thread = 0;
        await BlockingWork.RunAsync(() => { thread = Environment.CurrentManagedThreadId; }).Within("the call");

        Assert.NotEqual(caller, thread);
        Assert.Equal(5, await BlockingWork.RunAsync(() => 5).Within("the call with a result"));
        Assert.Throws<InvalidOperationException>(() => BlockingWork.Configure(new BlockingWorkOptions()));
        Assert.True(await BlockingWork.StopAsync(TimeSpan.FromMinutes(1)).Within("the stop"));
    }

    [Fact]
    public async Task EV38_Stop_DeliversWhatRemains_AndALaterCallStartsAnew()
    {
        var pool = Pool(threads: 2);
        using var open = new ManualResetEventSlim();
        var calls = Enumerable.Range(0, 10).Select(number => Run(pool, () =>
        {
            open.Wait();
            return number;
        })).ToArray();
        var stop = pool.StopAsync(Timeout.InfiniteTimeSpan);
        Assert.False(stop.IsCompleted);
        open.Set();

        Assert.True(await stop.Within("the stop"));
        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(calls).Within("the results"));
        Assert.Equal(0, pool.Statistics.Threads);
        Assert.Equal(11, await Run(pool, () => 11).Within("a later call"));
        Assert.Equal(1, pool.Statistics.Threads);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV38_Better_Stop_GivesUpAtItsDeadline_AndWhatHasNotStartedIsCancelled()
    {
        var clock = new ManualClock();
        var pool = new BlockingPool(new BlockingWorkOptions { Threads = 1, TimeProvider = clock, Logger = NullLogger.Instance }, _ => null);
        using var open = new ManualResetEventSlim();
        var started = Signal();
        var running = Run(pool, () =>
        {
            started.SetResult();
            open.Wait();
            return 1;
        });
        await started.Task.Within("the start");
        var queued = Run(pool, () => 2);
        var stop = pool.StopAsync(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.False(await stop.Within("the stop"));
        open.Set();
        Assert.Equal(1, await running.Within("what runs ends"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Within("what was queued is cancelled"));
    }

    [Fact]
    public async Task EV38_Stop_FromOneOfTheCalls_IsRefused()
    {
        var pool = Pool(threads: 1);
        var refused = await Run(pool, () => pool.StopAsync(Timeout.InfiniteTimeSpan).Exception?.InnerException).Within("the call");

        Assert.IsType<InvalidOperationException>(refused);
        await StopAsync(pool);
    }

    [Fact]
    public async Task EV38_CallsThatRaceWithStops_AllEnd()
    {
        var pool = Pool(threads: 2);
        var calls = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                Assert.Equal(i, await Run(pool, () => i));
            }
        });
        for (var i = 0; i < 30; i++)
        {
            Assert.True(await pool.StopAsync(Timeout.InfiniteTimeSpan).Within("a stop"));
        }

        await calls.Within("the calls");
        await StopAsync(pool);
    }

    private static BlockingPool Pool(int threads = 4) => new(new BlockingWorkOptions { Threads = threads }, _ => null);

    private static Task<T> Run<T>(BlockingPool pool, Func<T> work, CancellationToken cancellationToken = default) =>
        pool.RunAsync(work, work, cancellationToken);

    private static async Task StopAsync(BlockingPool pool) =>
        Assert.True(await pool.StopAsync(Timeout.InfiniteTimeSpan).Within("the end of the pool"));

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static int Fail() => throw new IOException("The disk is gone.");

    private sealed class StoppedException(string message, CancellationToken token) : OperationCanceledException(message, token);
}
