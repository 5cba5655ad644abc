using System.Collections.Concurrent;
using System.Reflection;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Executors;

/// <summary>What is reported where nobody asked for anything in particular, and whom a report names.</summary>
[Collection(nameof(ReportFallbackTests))]
public sealed class ReportFallbackTests
{
    [Fact]
    public async Task EV105_NeitherLoggerNorCallback_IsWrittenToStandardErrorWithTheLineOfTheCall()
    {
        var text = await ErrorsOfAsync(async () =>
        {
            await using var executor = new CooperativeExecutor("plain loop");
            await executor.InvokeAsync(BlockBriefly).Within("wait");
            await executor.InvokeAsync(BlockBriefly).Within("wait again");
        });

        var line = Assert.Single(text.Split('\n'), line => line.Contains("'plain loop'", StringComparison.Ordinal));
        Assert.StartsWith("warning: WaitHandle.WaitOne blocks the Cooperative executor 'plain loop' at ", line, StringComparison.Ordinal);
        Assert.Contains($"{nameof(ReportFallbackTests)}.{nameof(BlockBriefly)} in ", line, StringComparison.Ordinal);
        Assert.Contains($"{nameof(ReportFallbackTests)}.cs:line ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoggerOrCallback_StandardErrorStaysEmpty()
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        var text = await ErrorsOfAsync(async () =>
        {
            await using var told = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "told", OnBlockingReport = reports.Enqueue });
            await told.InvokeAsync(BlockBriefly).Within("wait with a callback");
            await using var silent = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "silent", Logger = NullLogger.Instance });
            await silent.InvokeAsync(BlockBriefly).Within("wait with a logger");
        });

        Assert.Single(reports);
        Assert.DoesNotContain("'told'", text, StringComparison.Ordinal);
        Assert.DoesNotContain("'silent'", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StandardErrorClosed_TheWaitGoesOn()
    {
        var before = Console.Error;
        var closed = new StringWriter();
        closed.Dispose();
        Console.SetError(closed);
        try
        {
            await using var executor = new CooperativeExecutor("mute");
            await executor.InvokeAsync(BlockBriefly).Within("wait");
            Assert.Equal(1, executor.Statistics.BlockingWaits);
        }
        finally
        {
            Console.SetError(before);
        }
    }

    [Fact]
    public async Task Throw_LockThatDotNetTakesForItself_IsNotMadeToThrow()
    {
        using var semaphore = new SemaphoreSlim(0);
        var inner = typeof(SemaphoreSlim).GetField("m_lockObjAndDisposed", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(semaphore)!;
        var reports = new BlockingCollection<BlockingReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            OnBlocking = OnBlocking.Throw,
            OnBlockingReport = reports.Add,
        });
        using var held = new ManualResetEventSlim();
        var holder = Task.Run(() =>
        {
            lock (inner)
            {
                held.Set();
                Assert.Equal(BlockingWaitKind.Lock, reports.Take().Kind);
            }
        });
        held.Wait();

        await executor.InvokeAsync(() => semaphore.Release()).Within("release");

        await holder.Within("holder");
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public async Task TurnWithoutAFrameOfTheUser_NamesWhoCalled()
    {
        var reports = new BlockingCollection<BlockingReport>();
        using var gate = new ManualResetEvent(false);
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { OnBlockingReport = reports.Add });
        var wait = executor.InvokeAsync(new Func<bool>(gate.WaitOne));

        var report = await Task.Run(reports.Take).Within("report");
        gate.Set();

        Assert.True(await wait.Within("wait"));
        Assert.Equal("WaitHandle.WaitOne", report.Operation);
        Assert.StartsWith("Concurrency.Execution.SyncRootTask.Start", report.CallSite, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LongTurnThatNeverEnds_IsLoggedOnceWhileItRuns()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        using var open = new ManualResetEventSlim();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            Name = "stuck",
            Logger = log,
            OnBlocking = OnBlocking.Ignore,
            LongTurnLimit = TimeSpan.FromHours(1),
            WatchdogClock = clock,
        });
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var turn = executor.InvokeAsync(() =>
        {
            started.SetResult(Environment.CurrentManagedThreadId);
            open.Wait();
        });
        var thread = await started.Task.Within("turn");

        clock.Advance(TimeSpan.FromHours(10));
        Assert.Empty(log.Messages);
        clock.Advance(TimeSpan.FromHours(10));
        var line = Assert.Single(log.Messages);
        Assert.Contains("'stuck'", line, StringComparison.Ordinal);
        Assert.Contains($"thread {thread} ", line, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromHours(100));
        Assert.Single(log.Messages);

        open.Set();
        await turn.Within("end");
    }

    [Fact]
    public void Watchdog_ThreadAsleep_HasNoTimerUntilItWakes()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        var options = new ExecutorOptions { Logger = log, LongTurnLimit = TimeSpan.FromHours(1), WatchdogClock = clock };
        var watch = new TurnWatch(new InlineExecutor("watched"), options, hasWatchdog: true);

        watch.Resume();
        Assert.Equal(1, clock.Timers);
        watch.Pause();
        clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal(0, clock.Timers);
        watch.Resume();
        watch.Pause();
        watch.Resume();
        Assert.Equal(1, clock.Timers);
        watch.Pause();
        clock.Advance(TimeSpan.FromHours(10));

        Assert.Equal(0, clock.Timers);
        Assert.Empty(log.Messages);
    }

    private static void BlockBriefly()
    {
        using var never = new ManualResetEvent(false);
        Assert.False(never.WaitOne(3));
    }

    private static async Task<string> ErrorsOfAsync(Func<Task> body)
    {
        var before = Console.Error;
        var text = new StringWriter();
        Console.SetError(TextWriter.Synchronized(text));
        try
        {
            await body();
        }
        finally
        {
            Console.SetError(before);
        }

        return text.ToString();
    }
}
