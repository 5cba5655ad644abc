using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class ScopeDelayTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task EV4_SpawnAfterInAScope_CancelledBetweenItsTimeAndItsFirstTurn_EndsAndSaysWhy()
    {
        var clock = new ManualClock();
        var ran = false;
        var linked = false;
        await using var loop = new CooperativeExecutor("loop");
        await loop.RunAsync(_ => TaskScope.RunAsync(
            async scope =>
            {
                var work = scope.SpawnAfter(s_second, "later", _ =>
                {
                    ran = true;
                    return Task.CompletedTask;
                });
                work.Link(_ => linked = true);
                // The loop is busy here: the child is queued and cannot have begun.
                clock.Advance(s_second);
                Assert.Equal(SpawnedWorkState.Waiting, work.State);

                scope.Cancel("enough.");

                Assert.Equal(SpawnedWorkState.Cancelled, work.State);
                var stopped = await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task);
                Assert.Contains("enough.", stopped.Reason, StringComparison.Ordinal);
            },
            new TaskScopeOptions { TimeProvider = clock })).Within("the scope");

        Assert.False(ran);
        Assert.True(linked);
    }

    [Fact]
    public async Task EV4_SpawnAfterInAScope_ItsExecutorRefusesIt_EndsAndSaysWhy()
    {
        var clock = new ManualClock();
        var ended = new CooperativeExecutor("ended");
        await ended.DisposeAsync().AsTask().Within("the executor");
        WorkStoppedException? seen = null;

        var failed = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(
            async scope =>
            {
                var work = scope.SpawnAfter(s_second, "later", _ => Task.CompletedTask, ended);
                clock.Advance(s_second);
                seen = await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task);
            },
            new TaskScopeOptions { TimeProvider = clock, FailureMode = TaskScopeFailureMode.Supervised })).Within("the scope");

        Assert.Contains(seen!.Reason, failed.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV3_SpawnAfter_LongerThanTimersTake_RunsAtItsTime()
    {
        var clock = new ManualClock();
        await using var pool = new WorkPool(new WorkPoolOptions { TimeProvider = clock });
        var pooled = pool.SpawnAfter(TimeSpan.FromDays(100), "pooled", _ => Task.CompletedTask);
        var free = SpawnAfter.Start(TimeSpan.FromDays(100), "free", _ => Task.CompletedTask, new SpawnAfterOptions { TimeProvider = clock });

        clock.Advance(TimeSpan.FromDays(100) - s_second);
        Assert.Equal(SpawnedWorkState.Waiting, pooled.State);
        Assert.Equal(SpawnedWorkState.Waiting, free.State);
        clock.Advance(s_second);

        await pooled.Task.Within("the work of the pool");
        await free.Task.Within("the free work");
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task EV3_SpawnAfter_SystemClockAndSixtyDays_IsTakenAndCanBeCancelled()
    {
        await using var pool = new WorkPool(1);
        SpawnedWork? scoped = null;

        var pooled = pool.SpawnAfter(TimeSpan.FromDays(60), "pooled", _ => Task.CompletedTask);
        await TaskScope.RunAsync(scope =>
        {
            scoped = scope.SpawnAfter(TimeSpan.FromDays(60), "scoped", _ => Task.CompletedTask);
            return Task.CompletedTask;
        }).Within("the scope");

        Assert.Equal(SpawnedWorkState.Cancelled, scoped!.State);
        Assert.True(pooled.Cancel());
    }

    [Fact]
    public async Task EV3_SpawnAfter_DelayThatCannotBeMeant_IsRefusedInTheWordsOfTheExecutors()
    {
        await using var pool = new WorkPool(1);

        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => pool.SpawnAfter(TimeSpan.MaxValue, "never", _ => Task.CompletedTask));

        Assert.Contains("36500 days", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.SpawnAfter(-s_second, "never", _ => Task.CompletedTask));
    }
}
