using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public abstract partial class ExecutorConformance
{
    [Fact]
    public Task FU8_InvokeAfterAsync_StartsInTheOrderOfDueTimes_EqualOnesInTheOrderOfTheCalls() => WithClock(async (executor, clock) =>
    {
        var order = new ConcurrentQueue<int>();
        var tasks = new[] { 30, 10, 20, 10, 0 }.Select((milliseconds, index) =>
            executor.InvokeAfterAsync(TimeSpan.FromMilliseconds(milliseconds), () => order.Enqueue((milliseconds * 10) + index))).ToArray();

        clock.Advance(TimeSpan.FromMilliseconds(29));
        await Task.WhenAll(tasks[1..]).Within("those that are due");
        Assert.False(tasks[0].IsCompleted);
        Assert.Equal(1, executor.Statistics.Delayed);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await tasks[0].Within("the last");

        Assert.Equal([4, 101, 103, 202, 300], IsSingleThreaded ? order : order.Order());
        Assert.Equal(0, executor.Statistics.Delayed);
        Assert.Equal(0, executor.Statistics.InFlight);
    });

    [Fact]
    public Task FU8_RunAfterAsync_EarlierWorkThatComesLater_GoesFirst() => WithClock(async (executor, clock) =>
    {
        var late = executor.RunAfterAsync(TimeSpan.FromSeconds(20), _ => Task.FromResult("late"));
        var early = executor.RunAfterAsync(TimeSpan.FromSeconds(5), async _ =>
        {
            await Task.Yield();
            return Executor.Current;
        });

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Same(executor, await early.Within("early"));
        Assert.False(late.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("late", await late.Within("late"));
    });

    [Fact]
    public Task FU8_DelayNegative_IsRefusedWithASentence_AndNothingIsKept() => With(executor =>
    {
        var before = TimeSpan.FromMilliseconds(-1);
        Exception[] errors =
        [
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = executor.RunAfterAsync(before, _ => Task.CompletedTask); }),
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = executor.InvokeAfterAsync(before, () => { }); }),
            Assert.Throws<ArgumentOutOfRangeException>(() => executor.PostAfter(before, () => { })),
            Assert.Throws<ArgumentOutOfRangeException>(() => executor.PostAfter(TimeSpan.MaxValue, () => { })),
        ];

        Assert.All(errors, error => Assert.Contains("Give a time from 0", error.Message, StringComparison.Ordinal));
        Assert.Equal((0, 0), (executor.Statistics.Delayed, executor.Statistics.InFlight));
        return Task.CompletedTask;
    });

    [Fact]
    public Task FU8_RunAfterAsync_CancelledBeforeItsTime_DoesNotRunAndLeavesNothing() => WithClock(async (executor, clock) =>
    {
        using var source = new CancellationTokenSource();
        var ran = false;
        var task = executor.InvokeAfterAsync(TimeSpan.FromSeconds(5), () => ran = true, source.Token);
        var next = executor.InvokeAfterAsync(TimeSpan.FromSeconds(6), () => 6);
        Assert.Equal((2, 2), (executor.Statistics.Delayed, executor.Statistics.InFlight));

        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Within("cancelled"));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal((1, 1), (executor.Statistics.Delayed, executor.Statistics.InFlight));
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(6, await next.Within("next"));
        Assert.False(ran);
        Assert.Equal((1, 1), (executor.Statistics.TasksStarted, executor.Statistics.TasksCancelled));
    });

    [Fact]
    public Task AS3_PostAfter_HandleTellsWhenAndCallsItOff() => WithClock(async (executor, clock) =>
    {
        var ran = new ConcurrentQueue<string>();
        var local = new AsyncLocal<string?> { Value = "caller" };
        var first = executor.PostAfter(TimeSpan.FromSeconds(5), () => ran.Enqueue($"first of the {local.Value}"));
        var second = executor.PostAt(clock.GetUtcNow() + TimeSpan.FromSeconds(5), () => ran.Enqueue("second"));
        var past = executor.PostAt(clock.GetUtcNow() - TimeSpan.FromSeconds(5), () => ran.Enqueue("past"));
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(5), first.When);
        Assert.Equal(first.When, second.When);
        Assert.Equal(clock.GetUtcNow(), past.When);

        Assert.True(second.Cancel());
        Assert.False(second.Cancel());
        clock.Advance(TimeSpan.FromSeconds(5));
        await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");

        Assert.Equal(["past", "first of the caller"], IsSingleThreaded ? ran : ran.OrderDescending());
        Assert.Equal((DelayedPostState.Queued, DelayedPostState.Cancelled, DelayedPostState.Queued), (first.State, second.State, past.State));
        Assert.False(first.Cancel());
    });

    [Fact]
    public Task FU8_Drain_WhatComesDueMeanwhile_GoesBehindWhatWasDueBefore() => WithClock(async (executor, clock) =>
    {
        var ran = new ConcurrentQueue<int>();
        Task<bool>? drain = null;
        await executor.RunAsync(async _ =>
        {
            executor.PostAfter(TimeSpan.FromSeconds(1), () => ran.Enqueue(1));
            executor.PostAfter(TimeSpan.FromSeconds(2), () => ran.Enqueue(2));
            executor.PostAfter(TimeSpan.FromSeconds(2), () => ran.Enqueue(3));
            clock.Advance(TimeSpan.FromSeconds(1));

            // On a pool the timer of the first runs as a turn before the rest of this; the callback itself is queued then.
            await Executor.Yield();
            drain = executor.DrainAsync(TimeSpan.FromDays(1));
            clock.Advance(TimeSpan.FromSeconds(1));
        }).Within("turns");

        Assert.True(await drain!.Within("drain"));

        Assert.Equal([1, 2, 3], IsSingleThreaded ? ran : ran.Order());
        Assert.Equal(0, executor.Statistics.Delayed);
    });

    [Fact]
    public Task FU8_Drain_WaitsForTheTimeOfDelayedWork_AndRefusesNew() => WithClock(async (executor, clock) =>
    {
        var task = executor.InvokeAfterAsync(TimeSpan.FromSeconds(5), () => 5);
        var ran = false;
        executor.PostAfter(TimeSpan.FromSeconds(6), () => ran = true);

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.RunAfterAsync(TimeSpan.Zero, _ => Task.CompletedTask).Within("refused"));
        Assert.Throws<ExecutorRejectedException>(() => executor.PostAfter(TimeSpan.Zero, () => { }));
        Assert.False(drain.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(5, await task.Within("delayed"));
        Assert.False(drain.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await drain.Within("drain"));
        Assert.True(ran);
        Assert.Equal(0, executor.Statistics.Delayed);
    });

    [Fact]
    public Task FU8_DrainWithoutWhatHasNotStarted_CancelsDelayedWorkAtOnce() => WithClock(async (executor, clock) =>
    {
        var gate = Signal();
        var started = Signal();
        var running = executor.RunAsync(async _ =>
        {
            started.SetResult();
            await gate.Task;
            return "done";
        });
        await started.Task.Within("start");
        var task = executor.InvokeAfterAsync(TimeSpan.FromSeconds(5), () => 5);
        var post = executor.PostAfter(TimeSpan.FromSeconds(5), () => { });

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan, cancelNotStarted: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Within("delayed"));
        Assert.Equal(DelayedPostState.Withdrawn, post.State);
        Assert.False(drain.IsCompleted);
        gate.SetResult();
        Assert.True(await drain.Within("drain"));
        Assert.Equal("done", await running.Within("running"));
        Assert.Equal(0, clock.Timers);
    });

    [Fact]
    public async Task FU8_DisposeAsync_CancelsDelayedWorkWithItsToken_AndLeavesNoTimer()
    {
        var clock = new ManualClock();
        var executor = Create(new ExecutorOptions { TimeProvider = clock });
        var tasks = Enumerable.Range(1, 20).Select(hours => executor.InvokeAfterAsync(TimeSpan.FromHours(hours), () => hours)).ToArray();
        var post = executor.PostAfter(TimeSpan.FromHours(1), () => { });

        await executor.DisposeAsync().Within("dispose");
        await executor.DisposeAsync().Within("second dispose");

        foreach (var task in tasks)
        {
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Within("delayed"));
            Assert.Equal(executor.Stopping, error.CancellationToken);
        }

        Assert.Equal(DelayedPostState.Withdrawn, post.State);
        Assert.Equal((0, 0), (executor.Statistics.Delayed, executor.Statistics.InFlight));
        clock.Advance(TimeSpan.FromHours(100));
        Assert.Equal(0, executor.Statistics.RunAfterStop);
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.InvokeAfterAsync(TimeSpan.Zero, () => 1).Within("after the end"));
    }

    [Fact]
    public Task FU8_RacingCancelsAndTicks_EachTaskEndsOnceAndNothingIsLeft() => With(async executor =>
    {
        var ran = 0;
        var random = new Random(7);
        var tasks = new List<Task>();
        for (var index = 0; index < 500; index++)
        {
            var source = new CancellationTokenSource();
            tasks.Add(executor.InvokeAfterAsync(TimeSpan.FromMilliseconds(random.Next(4)), () => Interlocked.Increment(ref ran), source.Token));
            if (random.Next(2) == 0)
            {
                tasks.Add(Task.Run(source.Cancel));
            }
        }

        await Task.WhenAll(tasks.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default))).Within("all");

        var started = tasks.OfType<Task<int>>().Count(task => task.IsCompletedSuccessfully);
        Assert.Equal(started, ran);
        Assert.All(tasks, task => Assert.False(task.IsFaulted));
        Assert.Equal((0, 0), (executor.Statistics.Delayed, executor.Statistics.InFlight));
        Assert.Equal(500, executor.Statistics.TasksStarted + executor.Statistics.TasksCancelled);
    });

    [Fact]
    public async Task EV101_DelayedCallbackThrows_IsReportedAndTheNextRuns()
    {
        var failures = new ConcurrentQueue<Exception>();
        await WithClock(
            async (executor, clock) =>
            {
                executor.PostAfter(TimeSpan.FromSeconds(1), () => throw new InvalidDataException("delayed"));
                var next = executor.InvokeAfterAsync(TimeSpan.FromSeconds(2), () => 2);
                clock.Advance(TimeSpan.FromSeconds(2));

                Assert.Equal(2, await next.Within("next"));
                await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
                Assert.Equal("delayed", Assert.Single(failures).Message);
            },
            (_, error) => failures.Enqueue(error));
    }

    private async Task WithClock(Func<Executor, ManualClock, Task> body, Action<Executor, Exception>? onUnhandled = null)
    {
        var clock = new ManualClock();
        await With(executor => body(executor, clock), new ExecutorOptions { TimeProvider = clock, OnUnhandledException = onUnhandled });
    }
}
