using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public abstract partial class ExecutorConformance
{
    [Fact]
    public Task RunAsync_FromOutside_RunsWithTheExecutorCurrent() => With(async executor =>
    {
        Assert.Null(Executor.Current);
        Assert.False(executor.IsCurrent);

        var (current, isCurrent, context) = await executor.RunAsync(_ =>
            Task.FromResult((Executor.Current, executor.IsCurrent, SynchronizationContext.Current))).Within("run");

        Assert.Same(executor, current);
        Assert.True(isCurrent);
        Assert.Same(executor, Assert.IsType<ExecutorSynchronizationContext>(context, exactMatch: false).Executor);
        Assert.True(HasContexts || ReferenceEquals(executor.SynchronizationContext, context));
        Assert.Null(Executor.Current);
    });

    [Fact]
    public Task RunAsync_AfterAnAwait_ComesBack() => With(async executor =>
    {
        var gate = Signal();
        var work = executor.RunAsync(async _ =>
        {
            await gate.Task;
            return Executor.Current;
        });

        gate.SetResult();

        Assert.Same(executor, await work.Within("work"));
    });

    [Fact]
    public Task RunAsync_ReturnsTheResult() => With(async executor =>
    {
        Assert.Equal(7, await executor.RunAsync(_ => Task.FromResult(7)).Within("run"));
        Assert.Equal(8, await executor.InvokeAsync(() => 8).Within("invoke"));
    });

    [Fact]
    public Task A7_1_Post_FromOneProducer_RunsInOrder() => With(async executor =>
    {
        if (!KeepsOrder)
        {
            return;
        }

        const int Count = 10_000;
        var seen = new List<int>(Count);
        for (var index = 0; index < Count; index++)
        {
            executor.Post(static state => ((Action)state!)(), Add(index));
        }

        await FlushAsync(executor);

        Assert.Equal(Enumerable.Range(0, Count), seen);

        Action Add(int value) => () => seen.Add(value);
    });

    [Fact]
    public Task A7_1_Post_FromManyProducers_KeepsTheOrderOfEach() => With(async executor =>
    {
        if (!KeepsOrder || !IsSingleThreaded)
        {
            return;
        }

        const int Producers = 4;
        const int Count = 5_000;
        var seen = Enumerable.Range(0, Producers).Select(_ => new List<int>(Count)).ToArray();
        var producers = Enumerable.Range(0, Producers).Select(producer => Task.Run(() =>
        {
            for (var index = 0; index < Count; index++)
            {
                var value = index;
                executor.UnsafePost(_ => seen[producer].Add(value), null);
            }
        })).ToArray();

        await Task.WhenAll(producers).Within("producers");
        await FlushAsync(executor);

        Assert.All(seen, list => Assert.Equal(Enumerable.Range(0, Count), list));
    });

    [Fact]
    public Task A7_2_Post_WhileOthersCancel_LosesNothing() => With(async executor =>
    {
        const int Count = 2_000;
        var ran = 0;
        var tasks = new List<Task>(Count);
        using var cancelled = new CancellationTokenSource();
        for (var index = 0; index < Count; index++)
        {
            tasks.Add(executor.InvokeAsync(() => Interlocked.Increment(ref ran), index % 2 == 0 ? cancelled.Token : default));
            if (index == Count / 2)
            {
                await cancelled.CancelAsync();
            }
        }

        await Task.WhenAll(tasks.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default))).Within("all");

        Assert.Equal(tasks.Count(task => task.IsCompletedSuccessfully), ran);
        Assert.All(tasks.Where((_, index) => index % 2 == 1), task => Assert.True(task.IsCompletedSuccessfully));
        Assert.All(tasks, task => Assert.False(task.IsFaulted));
    });

    [Fact]
    public Task A7_4_RunAsync_Throwing_ReachesTheAwaiterOnce() => With(async executor =>
    {
        var task = executor.RunAsync(async _ =>
        {
            await Task.Yield();
            throw new InvalidDataException("once");
        });

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => task.Within("run"));

        Assert.Equal("once", error.Message);
        Assert.Single(task.Exception!.InnerExceptions);
        Assert.Equal(0, executor.Statistics.Failed);
    });

    [Fact]
    public Task A7_4_RunAsync_ThrowingBeforeItsFirstAwait_ReachesTheAwaiter() => With(async executor =>
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.RunAsync(_ => throw new InvalidDataException()).Within("run"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.InvokeAsync(() => throw new InvalidDataException()).Within("invoke"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.RunAsync(_ => null!).Within("null task"));
    });

    [Fact]
    public async Task A7_4_Post_Throwing_ReachesTheHandlerOnceAndTheNextCallbackRuns()
    {
        var failures = new ConcurrentQueue<Exception>();
        await With(
            async executor =>
            {
                executor.Post(_ => throw new InvalidDataException("posted"), null);
                await FlushAsync(executor);

                while (executor.Statistics.Executed < 2)
                {
                    await FlushAsync(executor);
                }

                Assert.Equal("posted", Assert.Single(failures).Message);
                Assert.Equal(1, executor.Statistics.Failed);
            },
            new ExecutorOptions { OnUnhandledException = (_, error) => failures.Enqueue(error) });
    }

    [Fact]
    public async Task A7_4_AsyncVoid_Throwing_ReachesTheHandler()
    {
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await With(
            async executor =>
            {
                executor.Post(_ => Fail(), null);
                Assert.Equal("void", (await failed.Task.Within("failure")).Message);
            },
            new ExecutorOptions { OnUnhandledException = (_, error) => failed.TrySetResult(error) });

        static async void Fail()
        {
            await Task.Yield();
            throw new InvalidDataException("void");
        }
    }

    [Fact]
    public Task A7_5_Post_FlowsAsyncLocals_UnsafePostDoesNot() => With(async executor =>
    {
        var local = new AsyncLocal<string?> { Value = "caller" };
        var posted = new TaskCompletionSource<string?>();
        var unsafePosted = new TaskCompletionSource<string?>();

        executor.Post(_ => posted.SetResult(local.Value), null);
        executor.UnsafePost(_ => unsafePosted.SetResult(local.Value), null);

        Assert.Equal("caller", await posted.Task.Within("post"));
        Assert.Null(await unsafePosted.Task.Within("unsafe post"));
        Assert.Equal("caller", await executor.RunAsync(async _ =>
        {
            await Task.Yield();
            return local.Value;
        }).Within("run"));
    });

    [Fact]
    public Task A7_5_AsyncLocal_SetInATurn_IsNotSeenByTheNext() => With(async executor =>
    {
        var local = new AsyncLocal<string?>();
        var next = new TaskCompletionSource<string?>();

        executor.UnsafePost(
            _ =>
            {
                local.Value = "leak";
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                executor.UnsafePost(_ => next.SetResult($"{local.Value}{ReferenceEquals(SynchronizationContext.Current, executor.SynchronizationContext)}"), null);
            },
            null);

        Assert.Equal("True", await next.Task.Within("next"));
        Assert.Null(local.Value);
    });

    [Fact]
    public Task A7_7_RunAsync_FromWithin_DoesNotDeadlock() => With(async executor =>
    {
        var depth = await executor.RunAsync(_ => Nest(executor, 50)).Within("nested");

        Assert.Equal(50, depth);

        static async Task<int> Nest(Executor executor, int left) =>
            left == 0 ? 0 : 1 + await executor.RunAsync(_ => Nest(executor, left - 1));
    });

    [Fact]
    public Task A7_7_Post_FromWithin_RunsAfterTheTurn() => With(async executor =>
    {
        if (!IsSingleThreaded)
        {
            return;
        }

        var order = new List<string>();
        await executor.InvokeAsync(() =>
        {
            executor.Post(_ => order.Add("posted"), null);
            order.Add("turn");
        }).Within("invoke");
        await FlushAsync(executor);

        Assert.Equal(["turn", "posted"], order);
    });

    [Fact]
    public Task Yield_TwoLoops_TakeTurns() => With(async executor =>
    {
        if (!IsSingleThreaded)
        {
            return;
        }

        var order = new List<string>();
        await executor.RunAsync(_ => Task.WhenAll(Loop("a"), Loop("b"))).Within("loops");

        Assert.Equal(["a", "b", "a", "b", "a", "b"], order);

        async Task Loop(string name)
        {
            for (var turn = 0; turn < 3; turn++)
            {
                order.Add(name);
                await Executor.Yield();
            }
        }
    });

    [Fact]
    public Task Yield_OneHundredThousandTimes_DoesNotOverflowTheStack() => With(async executor =>
        Assert.Equal(100_000, await executor.RunAsync(async _ =>
        {
            var count = 0;
            for (; count < 50_000; count++)
            {
                await Executor.Yield();
                Assert.True(executor.IsCurrent);
            }

            for (; count < 100_000; count++)
            {
                await Task.Yield();
            }

            return count;
        }).Within("yields")));

    [Fact]
    public Task Scheduler_StartNew_RunsOnTheExecutorAndIsCurrent() => With(async executor =>
    {
        var (current, scheduler) = await Task.Factory.StartNew(
            () => (Executor.Current, TaskScheduler.Current), CancellationToken.None, TaskCreationOptions.None, executor.Scheduler).Within("start");

        Assert.Same(executor, current);
        Assert.Same(executor.Scheduler, scheduler);
        Assert.Equal(executor.MaximumConcurrency, executor.Scheduler.MaximumConcurrencyLevel);
    });

    [Fact]
    public Task SynchronizationContext_Send_RunsOnTheExecutorBeforeItReturns() => With(async executor =>
    {
        Executor? current = null;
        executor.SynchronizationContext.Send(_ => current = Executor.Current, null);
        Assert.Same(executor, current);
        Assert.Throws<InvalidDataException>(() => executor.SynchronizationContext.Send(_ => throw new InvalidDataException(), null));

        var ran = false;
        await executor.InvokeAsync(() => executor.SynchronizationContext.Send(_ => ran = true, null)).Within("invoke");
        Assert.True(ran);
    });

    [Fact]
    public Task RunAsync_AlreadyCancelled_DoesNotRun() => With(async executor =>
    {
        var ran = false;
        var token = new CancellationToken(canceled: true);

        var task = executor.RunAsync(_ => Task.FromResult(ran = true), token);

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Within("run"));
        Assert.Equal(token, error.CancellationToken);
        Assert.False(ran);
        Assert.Equal(0, executor.Statistics.InFlight);
    });

    [Fact]
    public Task RunAsync_CancelledBeforeItsTurn_DoesNotRun() => With(async executor =>
    {
        if (!IsSingleThreaded || IsInline)
        {
            return;
        }

        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        using var cancelled = new CancellationTokenSource();
        var ran = false;
        executor.Post(
            _ =>
            {
                entered.Set();
                leave.Wait();
            },
            null);
        await Task.Run(entered.Wait).Within("first turn");

        var task = executor.InvokeAsync(() => ran = true, cancelled.Token);
        await cancelled.CancelAsync();
        leave.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Within("run"));
        Assert.False(ran);
    });

    [Fact]
    public Task RunAsync_CancelledAfterItsStart_LeavesTheDecisionToTheWork() => With(async executor =>
    {
        using var source = new CancellationTokenSource();
        var started = Signal();
        var alsoStarted = Signal();
        var obedient = executor.RunAsync(async token =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, source.Token);
        var stubborn = executor.RunAsync(async token =>
        {
            var cancelled = Signal();
            await using var registration = token.Register(cancelled.SetResult);
            alsoStarted.SetResult();
            await cancelled.Task;
            return "done";
        }, source.Token);
        await started.Task.Within("start");
        await alsoStarted.Task.Within("other start");

        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => obedient.Within("obedient"));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal("done", await stubborn.Within("stubborn"));
    });

    [Fact]
    public Task Turns_OfASingleThread_DoNotOverlap() => With(async executor =>
    {
        if (!IsSingleThreaded || IsInline)
        {
            return;
        }

        var threads = new ConcurrentDictionary<int, bool>();
        var inside = 0;
        var overlaps = 0;
        var tasks = Enumerable.Range(0, 20).Select(_ => executor.RunAsync(async _ =>
        {
            for (var turn = 0; turn < 200; turn++)
            {
                overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
                threads[Environment.CurrentManagedThreadId] = true;
                Interlocked.Decrement(ref inside);
                await Task.Yield();
            }
        }));

        await Task.WhenAll(tasks).Within("all");

        Assert.Equal(0, overlaps);
        Assert.Single(threads);
    });
}
