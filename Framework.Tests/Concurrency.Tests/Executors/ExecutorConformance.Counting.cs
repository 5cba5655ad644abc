using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public abstract partial class ExecutorConformance
{
    [Fact]
    public Task FU2_Statistics_SeparateTheWaitInTheQueueFromTheRun() => With(async executor =>
    {
        if (!IsSingleThreaded || IsInline)
        {
            return;
        }

        const int Tasks = 500;
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var holder = executor.InvokeAsync(() =>
        {
            entered.Set();
            leave.Wait();
        });
        await Task.Run(entered.Wait).Within("the first holds the thread");
        var queued = Enumerable.Range(0, Tasks).Select(index => executor.InvokeAsync(() => index)).ToArray();
        await HoldAsync(TimeSpan.FromMilliseconds(60));
        leave.Set();
        await Task.WhenAll(queued).Within("the others");
        await holder.Within("the first");

        // The clock of the measurement has a resolution of up to 10 ms.
        var statistics = executor.Statistics;
        Assert.Equal(Tasks + 1, statistics.TasksStarted);
        Assert.True(statistics.QueueWait >= Tasks * TimeSpan.FromMilliseconds(45), $"{statistics.QueueWait}");
        Assert.True(statistics.AverageQueueWait >= TimeSpan.FromMilliseconds(40), $"{statistics.AverageQueueWait}");
        Assert.True(statistics.LongestQueueWait >= TimeSpan.FromMilliseconds(45), $"{statistics.LongestQueueWait}");
        Assert.True(statistics.RunTime >= TimeSpan.FromMilliseconds(45), $"{statistics.RunTime}");
        Assert.True(statistics.RunTime < statistics.QueueWait / 4, $"{statistics.RunTime} against {statistics.QueueWait}");
        Assert.True(statistics.AverageRunTime < statistics.AverageQueueWait / 4, $"{statistics.AverageRunTime} against {statistics.AverageQueueWait}");
    });

    [Fact]
    public Task FU2_Statistics_OfATurnThatRuns_ShowItsTimeAlready() => With(async executor =>
    {
        var runs = await executor.InvokeAsync(() =>
        {
            var start = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMilliseconds(40))
            {
                Thread.SpinWait(50);
            }

            return executor.Statistics.RunTime;
        }).Within("turn");

        // An inline executor counts when the turn ends.
        Assert.True(IsInline || runs >= TimeSpan.FromMilliseconds(25), $"{runs}");
        await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
        Assert.True(executor.Statistics.RunTime >= TimeSpan.FromMilliseconds(25), $"{executor.Statistics.RunTime}");
    });

    [Fact]
    public Task FU2_Statistics_OfAnExecutorThatDidNothing_HaveAveragesOfZero() => With(executor =>
    {
        var statistics = executor.Statistics;

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (statistics.AverageQueueWait, statistics.AverageRunTime));
        Assert.Equal((0, 0, 0), (statistics.TasksStarted, statistics.TasksCancelled, statistics.TasksFailed));
        return Task.CompletedTask;
    });

    [Fact]
    public Task FU2_Statistics_CountCancelledAndFailedTasks() => With(async executor =>
    {
        using var source = new CancellationTokenSource();
        var started = Signal();
        var cancelled = executor.RunAsync(
            token =>
            {
                started.SetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
            source.Token);
        await started.Task.Within("start");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.InvokeAsync(() => throw new InvalidDataException()).Within("failed"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.RunAsync(async _ =>
        {
            await Task.Yield();
            throw new InvalidDataException();
        }).Within("failed later"));
        await executor.InvokeAsync(() => { }).Within("done");

        var statistics = executor.Statistics;
        Assert.Equal((4, 1, 2), (statistics.TasksStarted, statistics.TasksCancelled, statistics.TasksFailed));
        Assert.Equal(0, statistics.Failed);
    });

    [Fact]
    public Task FU1_Contract_RunsBlowsUpEndsAndRefuses() => With(async executor =>
    {
        Assert.Equal(1, await executor.InvokeAsync(() => 1).Within("one"));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.InvokeAsync(() => throw new InvalidDataException()).Within("blows up"));
        Assert.False(executor.Stopping.IsCancellationRequested);

        await executor.DisposeAsync().Within("shutdown");

        Assert.True(executor.Stopping.IsCancellationRequested);
        var error = await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.InvokeAsync(() => 1).Within("refused"));
        Assert.Contains("'under test' was disposed and takes no new work", error.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task FU3_Drain_WaitsForQueuedTasks_OrCancelsThemIfAsked() => With(async first =>
    {
        if (!IsSingleThreaded || IsInline)
        {
            return;
        }

        await using var second = Create();
        foreach (var (executor, cancelNotStarted) in new[] { (first, false), (second, true) })
        {
            using var entered = new ManualResetEventSlim();
            using var leave = new ManualResetEventSlim();
            var running = executor.InvokeAsync(() =>
            {
                entered.Set();
                leave.Wait();
                return "ran";
            });
            await Task.Run(entered.Wait).Within("the first runs");
            var queued = Enumerable.Range(0, 10).Select(index => executor.InvokeAsync(() => index)).ToArray();

            var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan, cancelNotStarted);
            leave.Set();

            Assert.True(await drain.Within("drain"));
            Assert.Equal("ran", await running.Within("running"));
            Assert.All(queued, task => Assert.Equal(cancelNotStarted ? TaskStatus.Canceled : TaskStatus.RanToCompletion, task.Status));
            Assert.Equal(cancelNotStarted ? 10 : 0, executor.Statistics.TasksCancelled);
        }
    });

    [Fact]
    public Task FU1_DrainWithoutWhatHasNotStarted_BadTimeout_ChangesNothing() => With(async executor =>
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => executor.DrainAsync(TimeSpan.FromSeconds(-3), cancelNotStarted: true).Within("refused"));

        Assert.Equal(1, await executor.InvokeAsync(() => 1).Within("still takes work"));
    });

    [Fact]
    public Task AS27_Yield_GivesUpOneTurn() => With(async executor =>
    {
        if (!IsSingleThreaded)
        {
            return;
        }

        var order = new List<string>();
        await executor.RunAsync(async _ =>
        {
            SynchronizationContext.Current!.Post(_ => order.Add("posted before"), null);
            await Executor.Yield();
            order.Add("after the yield");
            SynchronizationContext.Current!.Post(_ => order.Add("posted after"), null);
            await Executor.Yield();
        }).Within("work");

        Assert.Equal(["posted before", "after the yield", "posted after"], order);
    });

    /// <summary>Lets real time pass: what is measured here is how long something really took.</summary>
    private static async Task HoldAsync(TimeSpan time)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < time)
        {
            await Task.Yield();
        }
    }
}
