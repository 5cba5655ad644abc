using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public abstract partial class ExecutorConformance
{
    [Fact]
    public Task RunAsync_WorkEndsWhileItsTokenIsBeingCancelled_DoesNotWaitForTheCallbacks() => With(async executor =>
    {
        using var source = new CancellationTokenSource();
        using var open = new ManualResetEventSlim();
        var started = Signal();
        var work = executor.RunAsync(
            async token =>
            {
                // This callback lets the work end, and the cancellation is not over before the test has seen that.
                var cancelled = Signal();
                _ = token.UnsafeRegister(
                    _ =>
                    {
                        cancelled.SetResult();
                        open.Wait();
                    },
                    null);
                started.SetResult();
                await cancelled.Task;
            },
            source.Token);
        await started.Task.Within("start");
        var cancellation = Task.Factory.StartNew(source.Cancel, TaskCreationOptions.LongRunning);
        try
        {
            await work.Within("the work ends");
            Assert.False(cancellation.IsCompleted);
            await executor.InvokeAsync(() => { }).Within("the next turn");
        }
        finally
        {
            open.Set();
        }

        await cancellation.Within("the cancellation ends");
    });

    [Fact]
    public Task A7_6_DrainAsync_WaitsForWorkInFlightAndRefusesNew() => With(async executor =>
    {
        var gate = Signal();
        var ran = 0;
        var work = executor.RunAsync(async _ =>
        {
            await gate.Task;
            await Task.Yield();
            Interlocked.Increment(ref ran);
        });
        executor.Post(_ => Interlocked.Increment(ref ran), null);

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        Assert.False(executor.TryPost(_ => { }, null));
        Assert.Throws<ExecutorRejectedException>(() => executor.Post(_ => { }, null));
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.RunAsync(_ => Task.CompletedTask).Within("refused"));
        Assert.False(drain.IsCompleted);
        gate.SetResult();

        Assert.True(await drain.Within("drain"));
        Assert.Equal(2, ran);
        Assert.Equal(0, executor.Statistics.InFlight);
        Assert.Equal(0, executor.Statistics.Queued);
        Assert.Equal(3, executor.Statistics.Rejected);
        await work.Within("work");
    });

    [Fact]
    public async Task A7_6_DrainAsync_DeadlinePasses_ReturnsFalse()
    {
        var clock = new ManualClock();
        await With(
            async executor =>
            {
                var gate = Signal();
                var work = executor.RunAsync(_ => gate.Task);

                var drain = executor.DrainAsync(TimeSpan.FromSeconds(3));
                clock.Advance(TimeSpan.FromSeconds(2));
                Assert.False(drain.IsCompleted);
                clock.Advance(TimeSpan.FromSeconds(1));

                Assert.False(await drain.Within("drain"));
                Assert.Equal(1, executor.Statistics.InFlight);
                gate.SetResult();
                await work.Within("work");
                Assert.True(await executor.DrainAsync(TimeSpan.Zero).Within("second drain") || await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("third drain"));
            },
            new ExecutorOptions { TimeProvider = clock });
    }

    [Fact]
    public Task A7_6_DrainAsync_ByItsOwnWorkWithoutALimit_IsRefused_AndNothingHasChanged() => With(async executor =>
    {
        var delayed = executor.InvokeAfterAsync(TimeSpan.FromHours(1), () => { });

        await executor.RunAsync(async _ =>
        {
            await Task.Yield();
            var error = Assert.Throws<InvalidOperationException>(Drain);
            Assert.StartsWith($"The {executor} was to be drained without a time limit by work that runs on it, with 2 pieces of work in flight", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("Drain it from outside, or give a time limit.", error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(DrainWithoutNotStarted);
        }).Within("work that drains its executor");

        Assert.False(delayed.IsCompleted);
        Assert.Equal(1, await executor.InvokeAsync(() => 1).Within("new work is taken"));

        void Drain() => _ = executor.DrainAsync(Timeout.InfiniteTimeSpan);

        void DrainWithoutNotStarted() => _ = executor.DrainAsync(Timeout.InfiniteTimeSpan, cancelNotStarted: true);
    });

    [Fact]
    public Task A7_6_DrainAsync_ByAPostedCallbackWithoutALimit_IsRefused_AndNoWorkInFlightIsNamed() => With(async executor =>
    {
        var refused = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);

        executor.Post(() => refused.SetResult(Record.Exception(Drain)));

        var error = Assert.IsType<InvalidOperationException>(await refused.Task.Within("callback that drains its executor"));
        Assert.Equal(
            $"The {executor} was to be drained without a time limit by a callback that runs on it: a callback that waits for the drain would wait for its own end. Drain it from outside, or give a time limit.",
            error.Message);
        Assert.Equal(1, await executor.InvokeAsync(() => 1).Within("new work is taken"));

        void Drain() => _ = executor.DrainAsync(Timeout.InfiniteTimeSpan);
    });

    [Fact]
    public async Task A7_6_DrainAsync_ByItsOwnWorkWithALimit_ReturnsFalseWhenItHasPassed()
    {
        var clock = new ManualClock();
        await With(
            async executor =>
            {
                var begun = Signal();
                var work = executor.RunAsync(async _ =>
                {
                    var drain = executor.DrainAsync(TimeSpan.FromSeconds(3));
                    begun.SetResult();
                    return await drain;
                });
                await begun.Task.Within("drain begun");
                clock.Advance(TimeSpan.FromSeconds(3));

                Assert.False(await work.Within("work"));
                Assert.True(await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain from outside"));
            },
            new ExecutorOptions { TimeProvider = clock });
    }

    [Fact]
    public Task DrainAsync_AsyncVoid_IsWaitedFor() => With(async executor =>
    {
        var gate = Signal();
        var ended = false;
        await executor.InvokeAsync(() => Run()).Within("start");

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        Assert.False(drain.IsCompleted);
        gate.SetResult();

        Assert.True(await drain.Within("drain"));
        Assert.True(ended);

        async void Run()
        {
            await gate.Task;
            ended = true;
        }
    });

    [Fact]
    public async Task DisposeAsync_CancelsTheWorkAndLetsItCleanUp()
    {
        var executor = Create();
        var started = Signal();
        var cleaned = false;
        var onExecutor = false;
        var work = executor.RunAsync(async token =>
        {
            try
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                await Task.Yield();
                onExecutor = executor.IsCurrent;
                cleaned = true;
            }
        });
        await started.Task.Within("start");

        await executor.DisposeAsync().Within("dispose");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.Within("work"));
        Assert.True(cleaned);
        Assert.True(onExecutor);
        Assert.True(executor.Stopping.IsCancellationRequested);
        Assert.Equal(0, executor.Statistics.Threads);
    }

    [Fact]
    public async Task DisposeAsync_WorkThatIgnoresCancellation_IsGivenUpAndEndsOnTheDotNetPool()
    {
        var clock = new ManualClock();
        var executor = Create(new ExecutorOptions { TimeProvider = clock, ShutdownTimeout = TimeSpan.FromSeconds(4) });
        var gate = Signal();
        var started = Signal();
        var work = executor.RunAsync(async _ =>
        {
            started.SetResult();
            await gate.Task;
            return Executor.Current;
        });
        await started.Task.Within("start");

        var disposal = executor.DisposeAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.False(disposal.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await disposal.Within("dispose");

        Assert.Equal(0, executor.Statistics.Threads);
        gate.SetResult();
        var current = await work.Within("work");
        if (!IsInline)
        {
            Assert.Null(current);
            Assert.Equal(1, executor.Statistics.RunAfterStop);
        }
    }

    [Fact]
    public async Task DisposeAsync_QueuedTasks_AreCancelledNotLeftHanging()
    {
        if (IsInline || !IsSingleThreaded)
        {
            return;
        }

        var executor = Create();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        executor.Post(
            _ =>
            {
                entered.Set();
                leave.Wait();
            },
            null);
        await Task.Run(entered.Wait).Within("first turn");
        var ran = false;
        var queued = executor.RunAsync(_ => Task.FromResult(ran = true));

        var disposal = executor.DisposeAsync().AsTask();
        leave.Set();
        await disposal.Within("dispose");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Within("queued"));
        Assert.False(ran);
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.InvokeAsync(() => { }).Within("refused"));
    }

    [Fact]
    public async Task DisposeAsync_Twice_AndFromItself_Completes()
    {
        var executor = Create();
        await executor.RunAsync(async _ => await executor.DisposeAsync()).Within("own dispose");
        await executor.DisposeAsync().Within("second");
        await executor.DisposeAsync().Within("third");

        Assert.Equal(0, executor.Statistics.Threads);
        Assert.False(executor.TryPost(_ => { }, null));
    }

    [Fact]
    public async Task A7_10_DisposeAsync_LeavesNoThread()
    {
        var executor = Create();
        var threads = new List<Thread>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => executor.InvokeAsync(() =>
        {
            lock (threads)
            {
                threads.Add(Thread.CurrentThread);
            }
        }))).Within("work");

        await executor.DisposeAsync().Within("dispose");

        Assert.NotEmpty(threads);
        if (!IsInline)
        {
            Assert.All(threads, thread => Assert.False(thread.IsAlive));
        }

        Assert.Equal(0, executor.Statistics.Threads);
    }

    [Fact]
    public async Task Resume_AfterTheEnd_RunsOnTheDotNetPool()
    {
        var executor = Create();
        await executor.DisposeAsync().Within("dispose");
        var ran = new TaskCompletionSource<bool>();

        executor.SynchronizationContext.Post(_ => ran.SetResult(executor.IsCurrent), null);

        Assert.False(await ran.Task.Within("late continuation"));
        Assert.Equal(1, executor.Statistics.RunAfterStop);
    }

    [Fact]
    public async Task Timers_AfterTheEnd_StillFire()
    {
        var executor = Create();
        var pending = Task.Delay(TimeSpan.FromMilliseconds(20), executor.TimeProvider);
        await executor.DisposeAsync().Within("dispose");

        await pending.Within("timer from before the end");
        await Task.Delay(TimeSpan.FromMilliseconds(1), executor.TimeProvider).Within("timer from after the end");
    }

    [Fact]
    public Task A7_8_Statistics_AtEveryMoment_AddUp() => With(async executor =>
    {
        var stop = false;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                AssertAddsUp(executor.Statistics);
                begun.TrySetResult();
            }
        });
        await Task.WhenAny(begun.Task, watcher).Within("the first sample");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => executor.RunAsync(async _ =>
        {
            for (var turn = 0; turn < 200; turn++)
            {
                await Executor.Yield();
            }
        }))).Within("work");
        Volatile.Write(ref stop, true);

        await watcher.Within("watcher");
        Assert.True(await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain"));
        var end = executor.Statistics;
        AssertAddsUp(end);
        Assert.Equal(0, end.InFlight);
        Assert.Equal(0, end.Queued);
        Assert.Equal(0, end.Running);
        Assert.Equal(end.Accepted, end.Executed);
        Assert.True(end.Accepted >= 50 * 200, $"accepted {end.Accepted}");

        static void AssertAddsUp(ExecutorStatistics statistics)
        {
            Assert.Equal(statistics.Accepted, statistics.Executed + statistics.Queued + statistics.Running + statistics.Discarded);
            Assert.True(statistics.Queued >= 0 && statistics.Running >= 0 && statistics.Executed >= 0, statistics.ToString());
        }
    });

    [Fact]
    public Task Statistics_InATurn_ShowIt() => With(async executor =>
    {
        var statistics = await executor.InvokeAsync(() => executor.Statistics).Within("invoke");

        Assert.Equal(1, statistics.Running);
        Assert.Equal(1, statistics.InFlight);
        Assert.Equal(IsInline ? 0 : 1, statistics.Threads);
        Assert.Equal(1, statistics.Accepted);
    });
}
