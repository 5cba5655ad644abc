using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>Who holds the threads of a pool while new work waits.</summary>
public sealed class StarvationTests
{
    [Fact]
    public async Task EV105_NewWorkWaitsTooLong_TheReportSaysWhatEachThreadRunsAndWhereItBlocks()
    {
        var clock = new ManualClock();
        var reports = new BlockingCollection<StarvationReport>();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            Name = "starved",
            MinimumThreads = 2,
            MaximumThreads = 2,
            WatchdogClock = clock,
            StarvationLimit = TimeSpan.FromSeconds(2),
            OnStarvation = reports.Add,
        });
        using var gate = new ManualResetEventSlim();
        using var spins = new CancellationTokenSource();
        var (blocked, spinning) = (Entered(), Entered());
        var first = pool.InvokeAsync(() => Block(blocked, gate));
        var second = pool.RunAsync(_ => SpinAsync(spinning, spins.Token));
        await Task.WhenAll(blocked.Task, spinning.Task).Within("both threads are busy");
        var waiting = pool.InvokeAsync(() => "ran");

        // The stack of a wait is known after a tenth of a second.
        await UntilAsync(() => pool.BusyThreads.Any(thread => thread.Blocking is not null), "the blocked thread is seen");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(pool.LastStarvation);
        clock.Advance(TimeSpan.FromSeconds(1));

        var report = pool.LastStarvation!;
        Assert.Same(report, reports.Take());
        Assert.Same(pool, report.Executor);
        Assert.Equal(TimeSpan.FromSeconds(2), report.Waited);
        Assert.Equal(1, report.Queued);
        Assert.Equal(2, report.Busy.Count);
        var blocking = Assert.Single(report.Busy, thread => thread.Blocking is not null);
        Assert.Equal(BlockingWaitKind.Event, blocking.Blocking);
        Assert.Contains($"{nameof(StarvationTests)}.{nameof(Block)}", blocking.CallSite, StringComparison.Ordinal);
        Assert.Contains(nameof(Block), blocking.Stack, StringComparison.Ordinal);
        Assert.Contains(nameof(EV105_NewWorkWaitsTooLong_TheReportSaysWhatEachThreadRunsAndWhereItBlocks), blocking.Method, StringComparison.Ordinal);
        var busy = Assert.Single(report.Busy, thread => thread.Blocking is null);
        Assert.Null(busy.Stack);
        Assert.NotEqual(blocking.ThreadId, busy.ThreadId);
        Assert.True(blocking.Duration >= TimeSpan.FromMilliseconds(50), $"{blocking.Duration}");
        Assert.Contains($"thread {blocking.ThreadId} has run", report.ToString(), StringComparison.Ordinal);

        gate.Set();
        await spins.CancelAsync();
        await Task.WhenAll(first, second, waiting).Within("the end");
    }

    [Fact]
    public async Task EV105_StarvationGoesOn_IsReportedAgainAfterTenTimesAsLong_AndEndsWithIt()
    {
        var clock = new ManualClock();
        var reports = new ConcurrentQueue<TimeSpan>();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 1,
            WatchdogClock = clock,
            OnStarvation = report => reports.Enqueue(report.Waited),
        });
        using var gate = new ManualResetEventSlim();
        var entered = Entered();
        var first = pool.InvokeAsync(() => Block(entered, gate));
        await entered.Task.Within("the thread is busy");
        var waiting = pool.InvokeAsync(() => { });

        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100)], reports);
        gate.Set();
        await Task.WhenAll(first, waiting).Within("the end");
        await pool.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
        clock.Advance(TimeSpan.FromSeconds(10_000));

        Assert.Equal(3, reports.Count);
        Assert.Equal(TimeSpan.FromSeconds(100), pool.Statistics.LongestQueueWait);
    }

    [Fact]
    public async Task EV105_StarvationWithALogger_IsLoggedWithThePlaceAndACallbackThatThrowsDoesNoHarm()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            Name = "logged",
            MinimumThreads = 1,
            MaximumThreads = 1,
            WatchdogClock = clock,
            Logger = log,
            OnStarvation = _ => throw new InvalidDataException("callback"),
        });
        using var gate = new ManualResetEventSlim();
        var entered = Entered();
        var first = pool.InvokeAsync(() => Block(entered, gate));
        await entered.Task.Within("the thread is busy");
        pool.Post(() => { });

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(log.Lines, line => line.Contains("'logged'; 1 are busy", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("report callback", StringComparison.Ordinal));
        gate.Set();
        await first.Within("the end");
    }

    [Fact]
    public async Task EV105_StarvationLimitInfinite_NothingIsReported()
    {
        var clock = new ManualClock();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 1,
            WatchdogClock = clock,
            StarvationLimit = Timeout.InfiniteTimeSpan,
        });
        using var gate = new ManualResetEventSlim();
        var entered = Entered();
        var first = pool.InvokeAsync(() => Block(entered, gate));
        await entered.Task.Within("the thread is busy");
        var waiting = pool.InvokeAsync(() => { });

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(pool.LastStarvation);
        Assert.Equal(0, clock.Timers);
        gate.Set();
        await Task.WhenAll(first, waiting).Within("the end");
    }

    [Theory]
    [InlineData("pool:3")]
    [InlineData("cooperative")]
    [InlineData("thread:blocking=report")]
    public async Task EV105_BlockedThreads_AreCountedWhileTheyWait(string spec)
    {
        await using var executor = ExecutorSpec.Parse(spec).Create("blocked", new ExecutorOptions { OnBlockingReport = _ => { } });
        using var gate = new ManualResetEventSlim();
        var expected = executor is PoolExecutor ? 2 : 1;
        var entered = Enumerable.Range(0, expected).Select(_ => Entered()).ToArray();
        var work = entered.Select(one => executor.InvokeAsync(() => Block(one, gate))).ToArray();
        await Task.WhenAll(entered.Select(one => one.Task)).Within("all are in");

        await UntilAsync(() => executor.Statistics.BlockedThreads == expected, "all are blocked");
        gate.Set();
        await Task.WhenAll(work).Within("work");

        Assert.Equal(0, executor.Statistics.BlockedThreads);
        Assert.Equal(spec == "pool:3", executor.Statistics.BlockingWaits == 0);
    }

    [Fact]
    public async Task EV105_LoopInABlockingWait_IsReportedWhileItWaits()
    {
        var reports = new BlockingCollection<BlockingReport>();
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { OnBlockingReport = reports.Add });
        using var gate = new ManualResetEventSlim();
        var work = loop.InvokeAsync(() => Block(Entered(), gate));

        var report = await Task.Run(reports.Take).Within("the report");

        Assert.False(work.IsCompleted);
        Assert.Equal(1, loop.Statistics.BlockedThreads);
        Assert.Contains(nameof(Block), report.CallSite, StringComparison.Ordinal);
        gate.Set();
        await work.Within("work");
    }

    private static TaskCompletionSource Entered() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Block(TaskCompletionSource entered, ManualResetEventSlim gate)
    {
        entered.SetResult();
        gate.Wait();
    }

    private static async Task SpinAsync(TaskCompletionSource entered, CancellationToken stop)
    {
        await Task.Yield();
        entered.SetResult();
        while (!stop.IsCancellationRequested)
        {
            Thread.SpinWait(50);
        }
    }

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
}
