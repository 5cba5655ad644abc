using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class BlockingReportTests
{
    [Fact]
    public async Task EV105_Result_OnTheCooperativeExecutor_IsReportedWithTheLineOfTheCall()
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        await using var executor = Reporting(reports);
        var gate = new TaskCompletionSource<int>();
        var blocked = new TaskCompletionSource();
        executor.Post(_ => { }, null);

        var handler = executor.RunAsync(async _ =>
        {
            await Task.Yield();
            return BlockOnResult(gate.Task);
        });
        await SeenAsync(reports, () => gate.SetResult(5));

        Assert.Equal(5, await handler.Within("handler"));
        var report = Assert.Single(reports);
        Assert.Same(executor, report.Executor);
        Assert.Equal(BlockingWaitKind.Task, report.Kind);
        Assert.Equal("Task.Result", report.Operation);
        Assert.Contains($"{nameof(BlockingReportTests)}.{nameof(BlockOnResult)} in ", report.CallSite, StringComparison.Ordinal);
        Assert.EndsWith($"{nameof(BlockingReportTests)}.cs:line {s_resultLine}", report.CallSite, StringComparison.Ordinal);
        Assert.StartsWith("   at " + report.CallSite, report.Stack, StringComparison.Ordinal);
        Assert.Contains(nameof(EV105_Result_OnTheCooperativeExecutor_IsReportedWithTheLineOfTheCall), report.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain("EventLoop", report.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain("AsyncMethodBuilderCore", report.Stack, StringComparison.Ordinal);
        Assert.Equal(1, report.Occurrences);
        Assert.True(executor.Statistics.BlockingWaits >= 1);
    }

    public static TheoryData<string, BlockingWaitKind> Waits => new()
    {
        { "Task.Wait", BlockingWaitKind.Task },
        { "GetResult", BlockingWaitKind.Task },
        { "WaitOne", BlockingWaitKind.WaitHandle },
        { "SemaphoreSlim", BlockingWaitKind.Semaphore },
        { "ManualResetEventSlim", BlockingWaitKind.Event },
        { "monitor", BlockingWaitKind.Lock },
        { "Lock", BlockingWaitKind.Lock },
        { "Join", BlockingWaitKind.ThreadJoin },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task EV105_EachKindOfWait_IsReported(string wait, BlockingWaitKind kind)
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        await using var executor = Reporting(reports);
        using var scene = new Scene();
        await scene.Ready.Task.Within("scene");

        var handler = executor.InvokeAsync(() => scene.Block(wait));
        await SeenAsync(reports, scene.Release);
        await handler.Within("handler");

        var report = Assert.Single(reports);
        Assert.Equal(kind, report.Kind);
        Assert.Contains("Scene.Block", report.CallSite, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Task.Wait")]
    [InlineData("WaitOne")]
    [InlineData("SemaphoreSlim")]
    [InlineData("ManualResetEventSlim")]
    public async Task EV105_Throw_TheWaitThrowsAtItsCallAndTheExecutorGoesOn(string wait)
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            OnBlocking = OnBlocking.Throw,
            OnBlockingReport = reports.Enqueue,
        });
        using var scene = new Scene();

        var error = await Assert.ThrowsAsync<BlockingWaitException>(() => executor.InvokeAsync(() => scene.Block(wait)).Within("handler"));

        Assert.Contains("Scene.Block", error.Message, StringComparison.Ordinal);
        Assert.Same(Assert.Single(reports), error.Report);
        scene.Release();
        Assert.Equal(3, await executor.InvokeAsync(() => 3).Within("next"));
    }

    [Fact]
    public async Task Throw_ContendedLock_IsReportedNotThrown()
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            OnBlocking = OnBlocking.Throw,
            OnBlockingReport = reports.Enqueue,
        });
        using var scene = new Scene();
        await scene.Ready.Task.Within("scene");

        var handler = executor.InvokeAsync(() => scene.Block("monitor"));
        await SeenAsync(reports, scene.Release);

        await handler.Within("handler");
    }

    [Fact]
    public async Task Ignore_AndOtherKindsByDefault_ReportNothing()
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        var common = new ExecutorOptions { OnBlockingReport = reports.Enqueue };
        foreach (var spec in new[] { "cooperative:blocking=ignore", "thread", "pool:1", "inline" })
        {
            await using var executor = ExecutorSpec.Parse(spec).Create("quiet", common);
            await executor.InvokeAsync(BlockBriefly).Within(spec);
            Assert.Equal(0, executor.Statistics.BlockingWaits);
        }

        Assert.Empty(reports);
    }

    [Fact]
    public async Task Report_ThreadAndPool_WhenAskedTo()
    {
        foreach (var spec in new[] { "thread:blocking=report", "pool:2,blocking=report" })
        {
            var reports = new ConcurrentQueue<BlockingReport>();
            await using var executor = ExecutorSpec.Parse(spec).Create("loud", new ExecutorOptions { OnBlockingReport = reports.Enqueue });
            await executor.InvokeAsync(BlockBriefly).Within(spec);
            Assert.Equal(BlockingWaitKind.WaitHandle, Assert.Single(reports).Kind);
        }
    }

    [Fact]
    public async Task SameCallSite_IsCountedAlwaysAndReportedLessAndLess()
    {
        var reports = new ConcurrentQueue<BlockingReport>();
        await using var executor = Reporting(reports);
        await executor.InvokeAsync(() =>
        {
            for (var index = 0; index < 12; index++)
            {
                BlockBriefly();
            }
        }).Within("waits");

        Assert.Equal([1L, 10L], reports.Select(report => report.Occurrences));
        Assert.True(executor.Statistics.BlockingWaits >= 12);
    }

    [Fact]
    public async Task OwnSleepAndTimedOutPolls_AreNotReported()
    {
        foreach (var portable in new[] { false, true })
        {
            var reports = new ConcurrentQueue<BlockingReport>();
            await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions { OnBlockingReport = reports.Enqueue, Portable = portable });
            for (var index = 0; index < 3; index++)
            {
                await executor.RunAsync(token => Task.Delay(TimeSpan.FromMilliseconds(3), executor.TimeProvider, token)).Within("idle");
            }

            using var never = new AutoResetEvent(false);
            Assert.False(await executor.InvokeAsync(() => never.WaitOne(0)).Within("poll"));
            Assert.Empty(reports);
            Assert.Equal(0, executor.Statistics.BlockingWaits);
        }
    }

    [Fact]
    public async Task Callback_Throwing_DoesNotDisturbTheWait()
    {
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            OnBlockingReport = _ => throw new InvalidDataException(),
        });

        await executor.InvokeAsync(BlockBriefly).Within("wait");
    }

    [Fact]
    public async Task AS6_LongTurn_IsReportedWithMethodDurationAndThread()
    {
        var reports = new ConcurrentQueue<LongTurnReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            LongTurnLimit = TimeSpan.FromMilliseconds(20),
            OnLongTurn = reports.Enqueue,
        });
        var thread = await executor.RunAsync(async _ =>
        {
            await SlowAfterYieldAsync();
            return Environment.CurrentManagedThreadId;
        }).Within("slow");
        await executor.InvokeAsync(SlowCallback).Within("slow callback");
        executor.Post(static _ => SlowCallback(), null);
        await executor.DisposeAsync();

        // On a busy machine any other turn may be kept from its core for as long, and is reported as truly.
        var methods = reports.ToArray();
        Assert.Equal(methods.Length, executor.Statistics.LongTurns);
        var slow = Array.FindIndex(methods, report => report.Method.Contains(nameof(SlowAfterYieldAsync), StringComparison.Ordinal));
        var callback = Array.FindIndex(methods, report => report.Method.Contains(nameof(SlowCallback), StringComparison.Ordinal));
        var posted = Array.FindLastIndex(
            methods, report => report.Method.Contains(nameof(AS6_LongTurn_IsReportedWithMethodDurationAndThread), StringComparison.Ordinal));
        Assert.True(slow >= 0 && callback > slow && posted > callback, string.Join("; ", methods.Select(report => report.Method)));
        Assert.All(methods, report => Assert.True(report.Duration >= TimeSpan.FromMilliseconds(20)));
        Assert.All(methods, report => Assert.Equal(thread, report.ThreadId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AS6_LongTurnOfNamedWork_IsReportedWithItsNameAndCode(bool onPool)
    {
        var reports = new ConcurrentQueue<LongTurnReport>();
        var limit = TimeSpan.FromMilliseconds(20);
        await using Executor executor = onPool
            ? new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, LongTurnLimit = limit, OnLongTurn = reports.Enqueue })
            : new CooperativeExecutor(new CooperativeExecutorOptions { LongTurnLimit = limit, OnLongTurn = reports.Enqueue });
        await executor.InvokeAsync(() =>
        {
            TurnWatch.Note("users", SlowAfterYieldAsync);
            SlowCallback();
        }).Within("named");
        executor.Post(SlowCallback);
        await executor.DisposeAsync();

        var named = Assert.Single(reports, report => report.Method.Contains("'users'", StringComparison.Ordinal));
        Assert.Equal($"{typeof(BlockingReportTests).FullName}.{nameof(SlowAfterYieldAsync)} for 'users'", named.Method);
        Assert.Contains(reports, report => report.Method.EndsWith(nameof(SlowCallback), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AS6_TurnWithinTheLimit_IsNotReported()
    {
        var reports = new ConcurrentQueue<LongTurnReport>();
        await using var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            LongTurnLimit = TimeSpan.FromHours(1),
            OnLongTurn = reports.Enqueue,
        });
        await executor.RunAsync(_ => SlowAfterYieldAsync()).Within("slow");
        await executor.DisposeAsync();

        Assert.Empty(reports);
        Assert.Equal(0, executor.Statistics.LongTurns);
    }

    private static readonly int s_resultLine = ResultLine();

    private static int ResultLine([CallerLineNumber] int line = 0) => line + 7;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int BlockOnResult(Task<int> task)
    {
        var result = task.Result;
        return result;
    }

    /// <summary>Blocks for certain, because nobody signals, and ends by itself.</summary>
    private static void BlockBriefly()
    {
        using var never = new ManualResetEvent(false);
        Assert.False(never.WaitOne(1));
    }

    private static async Task SlowAfterYieldAsync()
    {
        await Task.Yield();
        SlowCallback();
        await Task.Yield();
    }

    private static void SlowCallback()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMilliseconds(40))
        {
            Thread.SpinWait(100);
        }
    }

    private static CooperativeExecutor Reporting(ConcurrentQueue<BlockingReport> reports) => new(new CooperativeExecutorOptions
    {
        Name = "loop",
        OnBlockingReport = report =>
        {
            reports.Enqueue(report);
            lock (reports)
            {
                Monitor.PulseAll(reports);
            }
        },
    });

    /// <summary>Releases what blocks, once the report is there: the report comes before the wait ends.</summary>
    private static Task SeenAsync(ConcurrentQueue<BlockingReport> reports, Action release) => Task.Run(() =>
    {
        while (reports.IsEmpty)
        {
            Thread.Yield();
        }

        release();
    }).Within("report");

    /// <summary>Something to block on, held by a thread of its own until released.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly TaskCompletionSource _task = new();
        private readonly ManualResetEvent _event = new(false);
        private readonly ManualResetEventSlim _slim = new();
        private readonly SemaphoreSlim _semaphore = new(0);
        private readonly object _monitor = new();
        private readonly Lock _lock = new();
        private readonly ManualResetEventSlim _release = new();
        private readonly Thread _holder;

        public Scene()
        {
            _holder = new Thread(() =>
            {
                lock (_monitor)
                {
                    lock (_lock)
                    {
                        Ready.SetResult();
                        _release.Wait();
                    }
                }
            })
            { IsBackground = true };
            _holder.Start();
        }

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Block(string wait)
        {
            switch (wait)
            {
                case "Task.Wait":
                    _task.Task.Wait();
                    break;
                case "GetResult":
                    _task.Task.GetAwaiter().GetResult();
                    break;
                case "WaitOne":
                    _event.WaitOne();
                    break;
                case "SemaphoreSlim":
                    _semaphore.Wait();
                    break;
                case "ManualResetEventSlim":
                    _slim.Wait();
                    break;
                case "monitor":
                    Monitor.Enter(_monitor);
                    Monitor.Exit(_monitor);
                    break;
                case "Lock":
                    _lock.Enter();
                    _lock.Exit();
                    break;
                case "Join":
                    _holder.Join();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(wait), wait, "unknown wait");
            }
        }

        public void Release()
        {
            _release.Set();
            _task.TrySetResult();
            _event.Set();
            _slim.Set();
            _semaphore.Release();
        }

        public void Dispose() => Release();
    }
}
