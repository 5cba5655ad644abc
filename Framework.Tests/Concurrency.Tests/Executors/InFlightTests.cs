using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class InFlightTests
{
    [Fact]
    public async Task Drain_WorkThatATurnStartedEndsOnAnotherThread_Completes()
    {
        await using var executor = new CooperativeExecutor("loop");
        var release = new TaskCompletionSource();
        var work = await executor.InvokeAsync(() => executor.RunAsync(_ => WaitAnywhereAsync(release.Task))).Within("start");
        Assert.Equal(1, executor.Statistics.InFlight);

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        await executor.InvokeHereAsync().Within("the loop has looked");
        Assert.False(drain.IsCompleted);

        release.SetResult();
        Assert.True(await drain.Within("drain"));
        await work.Within("work");
        Assert.Equal(0, executor.Statistics.InFlight);
    }

    [Fact]
    public async Task Drain_WorkStartedElsewhereEndsInATurn_Completes()
    {
        await using var executor = new CooperativeExecutor("loop");
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = executor.RunAsync(async _ => await release.Task);
        Assert.Equal(1, executor.Statistics.InFlight);

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        Assert.False(drain.IsCompleted);
        release.SetResult();
        Assert.True(await drain.Within("drain"));
        await work.Within("work");
        Assert.Equal(0, executor.Statistics.InFlight);
    }

    [Fact]
    public async Task Statistics_OfTasksFromManyThreadsAndTurns_AddUp()
    {
        await using var executor = new CooperativeExecutor("loop");
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await executor.RunAsync(async _ => await executor.RunAsync(static async _ => await Task.Yield()));
            }
        }));
        await Task.WhenAll(callers).Within("work");
        Assert.Equal(0, executor.Statistics.InFlight);
        Assert.Equal(1600, executor.Statistics.TasksStarted);
    }

    private static async Task WaitAnywhereAsync(Task task) => await task.ConfigureAwait(false);
}

/// <summary>What passes through a loop that takes nothing new.</summary>
internal static class LoopPass
{
    public static Task InvokeHereAsync(this CooperativeExecutor executor)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        executor.Resume(new Concurrency.Execution.ExecutorWork(passed.SetResult));
        return passed.Task;
    }
}
