using System.Collections.Concurrent;
using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Bridging;

public sealed class SyncBridgeTests
{
    [Fact]
    public async Task AW1_AThousandBridges_RunOnABoundedSetOfThreads()
    {
        var threads = Threads(maximum: 8);
        await using var executor = new CooperativeExecutor("loop");
        var results = await executor.RunAsync(_ => Task.WhenAll(Enumerable.Range(0, 1000)
            .Select(number => SyncBridge.RunAsync(threads, () => SyncBridge.Await(AnswerAsync(number)))))).Within("all bridges");

        Assert.Equal(Enumerable.Range(0, 1000), results);
        var statistics = threads.Statistics;
        Assert.Equal(8, statistics.ThreadsHighWater);
        Assert.Equal(1000, statistics.Started);
        Assert.Equal((0, 0, 0), (statistics.Running, statistics.Parked, statistics.Waiting));
    }

    [Fact]
    public async Task AW1_BridgesBeyondTheBound_StartInTheirOrder()
    {
        var threads = Threads(maximum: 1);
        await using var executor = new CooperativeExecutor("loop");
        var order = new List<int>();
        var gate = new TaskCompletionSource();
        await executor.RunAsync(async _ =>
        {
            var first = SyncBridge.RunAsync(threads, () => SyncBridge.Await(gate.Task));
            var others = Enumerable.Range(0, 5).Select(number => SyncBridge.RunAsync(threads, () => order.Add(number))).ToArray();
            var statistics = threads.Statistics;
            Assert.Equal((1, 1, 5), (statistics.Running, statistics.Parked, statistics.Waiting));
            gate.SetResult();
            await first;
            await Task.WhenAll(others);
        }).Within("all bridges");

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public async Task AW4_ABridgeThatWaitsForAThread_CanBeCancelled_AndNeverRuns()
    {
        var threads = Threads(maximum: 1);
        await using var executor = new CooperativeExecutor("loop");
        var gate = new TaskCompletionSource();
        using var cancel = new CancellationTokenSource();
        var ran = false;
        await executor.RunAsync(async _ =>
        {
            var first = SyncBridge.RunAsync(threads, () => SyncBridge.Await(gate.Task));
            var second = SyncBridge.RunAsync(threads, () => ran = true, cancel.Token);
            cancel.Cancel();
            var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
            Assert.Equal(cancel.Token, canceled.CancellationToken);
            Assert.Equal(0, threads.Statistics.Waiting);
            gate.SetResult();
            await first;
        }).Within("the bridges");

        Assert.False(ran);
        Assert.True(await executor.DrainAsync(TimeSpan.FromMinutes(1)).Within("nothing is left in flight"));
    }

    [Fact]
    public async Task AW4_ABridgeThatWaitsForAThread_IsCancelledWithItsExecutor()
    {
        var threads = Threads(maximum: 1);
        var gate = new TaskCompletionSource();
        var parked = Signal();
        var first = Task.Run(() => SyncBridge.RunAsync(threads, () =>
        {
            parked.SetResult();
            SyncBridge.Await(gate.Task);
        }));
        await parked.Task.Within("the thread is taken");
        var executor = new CooperativeExecutor("loop");
        var started = Signal();
        var second = executor.RunAsync(async _ =>
        {
            var bridge = SyncBridge.RunAsync(threads, () => 1);
            started.SetResult();
            return await bridge;
        });
        await started.Task.Within("the second waits");
        await executor.DisposeAsync().Within("dispose");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within("the second ends"));
        gate.SetResult();
        await first.Within("the first ends");
    }

    [Fact]
    public async Task AW1_AStall_IsReportedWithNames()
    {
        var clock = new ManualClock();
        var stalls = new ConcurrentQueue<SyncBridgeStall>();
        var log = new ListLogger();
        var threads = new BridgeThreads(new SyncBridgeOptions
        {
            MaximumThreads = 1,
            TimeProvider = clock,
            StallLimit = TimeSpan.FromSeconds(5),
            OnStall = stalls.Enqueue,
            Logger = log,
        });
        await using var executor = new CooperativeExecutor("loop");
        Task inner = Task.CompletedTask;
        var gate = new TaskCompletionSource();
        await executor.RunAsync(async _ =>
        {
            var outer = SyncBridge.RunAsync(threads, () =>
            {
                inner = SyncBridge.RunAsync(threads, Inner);
                SyncBridge.Await(Task.WhenAny(inner, gate.Task));
            });
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Empty(stalls);
            clock.Advance(TimeSpan.FromSeconds(5));
            clock.Advance(TimeSpan.FromSeconds(50));

            var stall = Assert.Single(stalls);
            Assert.Contains(nameof(Inner), Assert.Single(stall.Waiting), StringComparison.Ordinal);
            Assert.Contains(nameof(AW1_AStall_IsReportedWithNames), Assert.Single(stall.Parked), StringComparison.Ordinal);
            Assert.Contains("MaximumThreads", Assert.Single(log.Messages), StringComparison.Ordinal);
            gate.SetResult();
            await outer;
            await inner;
        }).Within("the bridges");
    }

    [Fact]
    public async Task Threads_ThatAreIdle_AreReused_AndEnd()
    {
        var threads = new BridgeThreads(new SyncBridgeOptions { MaximumThreads = 4, IdleTimeout = TimeSpan.FromMilliseconds(1), StackSize = 256 * 1024 });
        await using var executor = new CooperativeExecutor("loop");
        Thread? thread = null;
        await executor.RunAsync(async _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                await SyncBridge.RunAsync(threads, () =>
                {
                    thread = Thread.CurrentThread;
                    SyncBridge.Await(YieldAsync);
                });
            }
        }).Within("the bridges");
        Assert.Equal("bridge", thread!.Name);
        await Task.Run(thread.Join).Within("the thread ends");

        Assert.Equal(0, threads.Statistics.Threads);
    }

    [Fact]
    public async Task AW1_BridgedCode_ThatRunsLong_IsALongTurnOfTheExecutor()
    {
        var reports = new ConcurrentQueue<LongTurnReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            Name = "loop",
            LongTurnLimit = TimeSpan.FromMilliseconds(1),
            OnLongTurn = reports.Enqueue,
            Logger = NullLogger.Instance,
        });
        await executor.RunAsync(async _ => await SyncBridge.RunAsync(() =>
        {
            SyncBridge.Await(YieldAsync);
            Compute(TimeSpan.FromMilliseconds(30));
            SyncBridge.Await(YieldAsync);
        })).Within("the bridge");

        Assert.Contains(reports, report => report.Method.Contains("'SyncBridge'", StringComparison.Ordinal)
            && report.Method.Contains(nameof(AW1_BridgedCode_ThatRunsLong_IsALongTurnOfTheExecutor), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AW1_TheLendingThread_IsNotReportedAsBlocking()
    {
        var waits = new ConcurrentQueue<BlockingReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", OnBlocking = OnBlocking.Throw, OnBlockingReport = waits.Enqueue });
        await executor.RunAsync(async _ => await SyncBridge.RunAsync(() =>
        {
            SyncBridge.Await(YieldAsync);
            Compute(TimeSpan.FromMilliseconds(5));
            SyncBridge.Await(Task.Run(() => Compute(TimeSpan.FromMilliseconds(5))));
        })).Within("the bridge");

        Assert.DoesNotContain(waits, wait => wait.Kind != BlockingWaitKind.Lock);
    }

    [Fact]
    public async Task AW1_BlockingInBridgedCode_IsSeenByItsExecutor()
    {
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", OnBlocking = OnBlocking.Throw });
        var never = new TaskCompletionSource();
        var refused = await executor.RunAsync(_ => SyncBridge.RunAsync(() => Assert.Throws<BlockingWaitException>(never.Task.Wait)))
            .Within("the bridge");

        Assert.Contains(nameof(AW1_BlockingInBridgedCode_IsSeenByItsExecutor), refused.Report!.Stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AW2_ABridgeThatBlocksOnItsOwnExecutor_IsRefusedWithBothStacks()
    {
        var threads = new BridgeThreads(new SyncBridgeOptions { BlockedTurnLimit = TimeSpan.FromMilliseconds(10) });
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", Logger = NullLogger.Instance });
        var refused = await executor.RunAsync(async _ =>
        {
            var refused = await StartHere(threads, () => Assert.Throws<BlockingWaitException>(() => BlockHere(AnswerAsync(1))));
            return refused;
        }).Within("the bridge");

        Assert.Contains(nameof(BlockHere), refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(StartHere), refused.Message, StringComparison.Ordinal);
        Assert.Contains("SyncBridge.Await", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, await executor.RunAsync(_ => SyncBridge.RunAsync(threads, () => SyncBridge.Await(AnswerAsync(3)))).Within("the executor goes on"));
    }

    [Fact]
    public async Task AW2_ABridgeThatBlocksOnOtherWork_MayWaitWhileNothingElseWantsTheTurn()
    {
        var threads = new BridgeThreads(new SyncBridgeOptions { BlockedTurnLimit = TimeSpan.FromMilliseconds(1) });
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", Logger = NullLogger.Instance });
        var result = await executor.RunAsync(_ => SyncBridge.RunAsync(threads, () => BlockHere(Task.Run(() =>
        {
            Compute(TimeSpan.FromMilliseconds(20));
            return 4;
        })))).Within("the bridge");

        Assert.Equal(4, result);
    }

    [Fact]
    public async Task AW2_AwaitInATurnOfAnotherExecutorOnTheBridgesThread_IsRefused()
    {
        await using var other = new InlineExecutor("other");
        await using var executor = new CooperativeExecutor("loop");
        await executor.RunAsync(_ => SyncBridge.RunAsync(() =>
        {
            NoBridgeContextException? refused = null;
            other.Post(() => refused = Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(Task.CompletedTask)));
            Assert.Contains("'other'", refused!.Message, StringComparison.Ordinal);
        })).Within("the bridge");
    }

    [Fact]
    public async Task AW4_AFailureOfWhatACancelledAwaitLeftBehind_IsLogged()
    {
        var log = new ListLogger();
        var threads = new BridgeThreads(new SyncBridgeOptions { Logger = log });
        using var cancel = new CancellationTokenSource();
        var parked = Signal();
        var awaited = new TaskCompletionSource();
        var bridge = Task.Run(() => SyncBridge.RunAsync(
            threads,
            () =>
            {
                parked.SetResult();
                SyncBridge.Await(awaited.Task);
            },
            cancel.Token));
        await parked.Task.Within("the bridge runs");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bridge.Within("the bridge ends"));
        awaited.SetException(new IOException("too late"));
        await log.Written.Within("the failure is logged");

        Assert.Equal("too late", Assert.Single(log.Errors).Message);
    }

    [Fact]
    public async Task AW1_ACancellationWithItsOwnException_ReachesTheAwaiterAsItIs()
    {
        var bridge = Task.Run(() => SyncBridge.RunAsync(() => { throw new TaskCanceledException("with a reason"); }));

        var canceled = await Assert.ThrowsAsync<TaskCanceledException>(() => bridge.Within("the bridge"));
        Assert.Equal("with a reason", canceled.Message);
        Assert.True(bridge.IsCanceled);
    }

    [Fact]
    public async Task InFlight_CountsABridgeUntilItsEnd()
    {
        await using var executor = new CooperativeExecutor("loop");
        var gate = new TaskCompletionSource();
        var bridge = Task.CompletedTask;
        await executor.InvokeAsync(() => bridge = SyncBridge.RunAsync(() => SyncBridge.Await(gate.Task))).Within("the start");
        var drained = executor.DrainAsync(Timeout.InfiniteTimeSpan);

        Assert.Equal(1, executor.Statistics.InFlight);
        Assert.False(drained.IsCompleted);
        gate.SetResult();
        await bridge.Within("the bridge");
        Assert.True(await drained.Within("the drain"));
    }

    [Fact]
    public void Options_OutOfTheirRange_AreRefusedWithTheValue()
    {
        Assert.Contains("MaximumThreads was 0", Refusal(new SyncBridgeOptions { MaximumThreads = 0 }), StringComparison.Ordinal);
        Assert.Contains("StackSize was 1", Refusal(new SyncBridgeOptions { StackSize = 1 }), StringComparison.Ordinal);
        Assert.Contains("IdleTimeout", Refusal(new SyncBridgeOptions { IdleTimeout = TimeSpan.FromSeconds(-5) }), StringComparison.Ordinal);

        static string Refusal(SyncBridgeOptions options) => Assert.Throws<ArgumentOutOfRangeException>(() => new BridgeThreads(options)).Message;
    }

    [Fact]
    public async Task Configure_AfterTheFirstUse_IsRefused()
    {
        await Task.Run(() => SyncBridge.RunAsync(() => 1)).Within("the first use");

        Assert.Throws<InvalidOperationException>(() => SyncBridge.Configure(new SyncBridgeOptions()));
        Assert.True(SyncBridge.Statistics.Started > 0);
    }

    private static BridgeThreads Threads(int maximum) => new(new SyncBridgeOptions { MaximumThreads = maximum });

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Inner()
    {
    }

    private static Task<T> StartHere<T>(BridgeThreads threads, Func<T> work) => SyncBridge.RunAsync(threads, work);

    private static T BlockHere<T>(Task<T> task) => task.Result;

    private static void Compute(TimeSpan length)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < length)
        {
            Thread.SpinWait(100);
        }
    }

    private static async Task YieldAsync() => await Executor.Yield();

    private static async Task<int> AnswerAsync(int answer)
    {
        await Executor.Yield();
        return answer;
    }
}
