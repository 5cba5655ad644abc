using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class SpawnedWorkTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task EV3_SpawnAfter_SpawnerHasEnded_RunsAllTheSame()
    {
        var clock = new ManualClock();
        SpawnedWork<int>? work = null;
        await TaskScope.RunAsync(_ =>
        {
            work = SpawnAfter.Start(s_second, "later", _ => Task.FromResult(7), On(clock));
            return Task.CompletedTask;
        });
        clock.Advance(s_second / 2);
        Assert.Equal(SpawnedWorkState.Waiting, work!.State);

        clock.Advance(s_second / 2);

        Assert.Equal(7, await work.Task.Within("the work"));
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task EV3_SpawnAfter_CancelledBefore_NeverRuns()
    {
        var clock = new ManualClock();
        var ran = false;
        var work = SpawnAfter.Start(s_second, "later", _ =>
        {
            ran = true;
            return Task.CompletedTask;
        }, On(clock));

        Assert.True(work.Cancel());
        Assert.False(work.Cancel());
        clock.Advance(s_second);

        Assert.Equal(SpawnedWorkState.Cancelled, work.State);
        await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task).Within("the work");
        Assert.False(ran);
        Assert.Equal(0, clock.Pending);
        Assert.Throws<ArgumentOutOfRangeException>(() => SpawnAfter.Start(-s_second, "never", _ => Task.CompletedTask));
    }

    [Fact]
    public async Task EV3_SpawnAfter_FailureAtWhichNobodyLooks_IsLogged()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        _ = SpawnAfter.Start(s_second, "later", _ => throw new FormatException("bad"), On(clock) with { Logger = log });

        clock.Advance(s_second);
        await log.Written.Within("the log entry");

        Assert.IsType<FormatException>(Assert.Single(log.Errors));
        Assert.Contains("'later'", Assert.Single(log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV4_SpawnAfterInAScope_ScopeIsOpen_IsAChildOfIt()
    {
        var clock = new ManualClock();
        var started = Signal();
        var release = Signal();
        SpawnedWork? work = null;

        var run = TaskScope.RunAsync(
            scope =>
            {
                work = scope.SpawnAfter(s_second, "later", _ =>
                {
                    started.SetResult();
                    return release.Task;
                });
                return started.Task;
            },
            new TaskScopeOptions { TimeProvider = clock });
        clock.Advance(s_second);
        await started.Task.Within("the start");
        Assert.False(run.IsCompleted);
        release.SetResult();

        await run.Within("the scope");
        Assert.Equal(SpawnedWorkState.Succeeded, work!.State);
    }

    [Fact]
    public async Task EV4_SpawnAfterInAScope_ScopeHasEnded_DoesNotRunAndSaysWhy()
    {
        var clock = new ManualClock();
        var ran = false;
        SpawnedWork? work = null;
        await TaskScope.RunAsync(
            scope =>
            {
                work = scope.SpawnAfter(s_second, "later", _ =>
                {
                    ran = true;
                    return Task.CompletedTask;
                });
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Name = "ingest", TimeProvider = clock }).Within("the scope does not wait for it");

        clock.Advance(s_second);

        var stopped = await Assert.ThrowsAsync<WorkStoppedException>(() => work!.Task).Within("the work");
        Assert.Contains("'ingest' has ended", stopped.Reason, StringComparison.Ordinal);
        Assert.False(ran);
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task EV4_SpawnAfterInAScope_ScopeIsCancelled_DoesNotRunAndSaysWhy()
    {
        var clock = new ManualClock();
        await TaskScope.RunAsync(
            async scope =>
            {
                var work = scope.SpawnAfter(s_second, "later", _ => Task.CompletedTask);
                scope.Cancel("enough.");
                var stopped = await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task);
                Assert.Contains("enough.", stopped.Reason, StringComparison.Ordinal);
                Assert.Throws<TaskScopeCanceledException>(() => scope.SpawnAfter(s_second, "more", _ => Task.CompletedTask));
            },
            new TaskScopeOptions { TimeProvider = clock }).Within("the scope");
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task EV4_SpawnAfterInAScope_Failure_IsTheScopes()
    {
        var clock = new ManualClock();
        var run = TaskScope.RunAsync(
            async scope =>
            {
                _ = scope.SpawnAfter(s_second, "later", _ => throw new FormatException("bad"));
                await Task.Delay(Timeout.Infinite, scope.CancellationToken);
            },
            new TaskScopeOptions { TimeProvider = clock });

        clock.Advance(s_second);

        var failures = await Assert.ThrowsAsync<AggregateException>(() => run).Within("the scope");
        Assert.IsType<FormatException>(Assert.Single(failures.InnerExceptions));
    }

    [Fact]
    public async Task EV4_SpawnAfterInAPool_TimeHasPassed_WaitsForASlot()
    {
        var clock = new ManualClock();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, TimeProvider = clock });
        var release = Signal();
        await pool.SpawnAsync("holder", _ => release.Task);
        var work = pool.SpawnAfter(s_second, "later", _ => Task.CompletedTask);
        var dropped = pool.SpawnAfter(s_second, "dropped", _ => Task.CompletedTask);

        clock.Advance(s_second);
        Assert.Equal(2, pool.Waiting);
        Assert.True(dropped.Cancel());
        Assert.Equal(1, pool.Waiting);
        release.SetResult();

        await work.Task.Within("the work");
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV5_Sleep_ZeroIsAYieldAndACancelledOneLeavesNoTimer()
    {
        await using var executor = new CooperativeExecutor("loop");
        var order = new List<string>();
        await executor.RunAsync(async _ =>
        {
            executor.Post(() => order.Add("other"));
            await Concurrency.Execution.Executor.Yield();
            order.Add("sleeper");
        }).Within("the yield");
        Assert.Equal(["other", "sleeper"], order);

        var clock = new ManualClock();
        using var cancel = new CancellationTokenSource();
        var sleep = Task.Delay(s_second, clock, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep);
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task EV6_Wait_ManyWaiters_AllGetTheResult()
    {
        await using var pool = new WorkPool(1);
        var release = new TaskCompletionSource<int>();
        var work = await pool.SpawnAsync("work", _ => release.Task);

        var waits = Enumerable.Range(0, 5).Select(async _ => await work).ToArray();
        release.SetResult(7);

        Assert.All(await Task.WhenAll(waits).Within("all waiters"), r => Assert.Equal(7, r));
    }

    [Fact]
    public async Task EV7_Link_Callbacks_AreCalledInOrderAndMayLinkMore()
    {
        await using var pool = new WorkPool(1);
        var release = Signal();
        var calls = new List<string>();
        var work = await pool.SpawnAsync("work", _ => release.Task);
        work.Link(w =>
        {
            calls.Add($"first, {w.State}");
            w.Link(_ => calls.Add("third"));
        });
        Action<SpawnedWork> unlinked = _ => calls.Add("never");
        work.Link(unlinked);
        work.Link(_ => calls.Add("second"));
        Assert.True(work.Unlink(unlinked));
        Assert.False(work.Unlink(unlinked));

        release.SetResult();
        await pool.WaitAllAsync().Within("idle");

        Assert.Equal(["first, Succeeded", "second", "third"], calls);
        work.Link(_ => calls.Add("at once"));
        Assert.Equal("at once", calls[^1]);
    }

    [Fact]
    public async Task EV7_Link_CallbackFails_IsReportedAndTheOthersAreCalled()
    {
        var log = new ListLogger();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, Logger = log });
        var release = Signal();
        var called = false;
        var work = await pool.SpawnAsync("work", _ => release.Task);
        work.Link(_ => throw new FormatException("link"));
        work.Link(_ => called = true);

        release.SetResult();
        await pool.WaitAllAsync().Within("idle");

        Assert.True(called);
        Assert.Equal("link", Assert.Single(log.Errors).Message);
        Assert.Equal(1, pool.Failures);
        await work.Task.Within("the work itself has not failed");
    }

    [Fact]
    public async Task EV8_Stop_RunningWork_CompletesWhenItHasReallyEnded()
    {
        await using var pool = new WorkPool(1);
        var started = Signal();
        var cleaning = Signal();
        var release = Signal();
        var work = await pool.SpawnAsync("work", async token =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cleaning.SetResult();
                await release.Task;
            }
        });
        await started.Task.Within("the start");

        var stop = work.StopAsync("not needed any more.");
        await cleaning.Task.Within("the clean-up");
        Assert.False(stop.IsCompleted);
        release.SetResult();
        await stop.Within("the end");

        Assert.Equal(SpawnedWorkState.Cancelled, work.State);
        Assert.Equal("not needed any more.", work.Reason);
        var stopped = await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task);
        Assert.Equal("not needed any more.", stopped.Reason);
        Assert.True(work.Task.IsCanceled);
    }

    [Fact]
    public async Task EV8_Stop_NotStartedRunsLinks_EndedIsANoOp_FailureDoesNotComeOut()
    {
        var clock = new ManualClock();
        var linked = false;
        var waiting = SpawnAfter.Start(s_second, "waiting", _ => Task.CompletedTask, On(clock));
        waiting.Link(_ => linked = true);
        await waiting.StopAsync("never mind.").Within("the stop");
        Assert.True(linked);
        Assert.Equal("never mind.", waiting.Reason);

        await using var pool = new WorkPool(1);
        var ended = await pool.SpawnAsync("ended", _ => Task.FromException(new FormatException("bad")));
        await Assert.ThrowsAsync<FormatException>(() => ended.Task).Within("the failure");
        await ended.StopAsync("too late.").Within("a stop of ended work");
        Assert.Null(ended.Reason);
    }

    [Fact]
    public async Task EV8_Stop_OfItself_IsRefusedInsteadOfADeadlock()
    {
        await using var pool = new WorkPool(1);
        var handle = new TaskCompletionSource<SpawnedWork>();
        var work = await pool.SpawnAsync("work", async _ =>
        {
            var self = await handle.Task;
            return (await Assert.ThrowsAsync<InvalidOperationException>(() => self.StopAsync("me."))).Message;
        });
        handle.SetResult(work);

        Assert.Contains("'work'", await work.Task.Within("the work"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV9_Cancel_NotStarted_FreesTheSlotAtOnce_StartedIsLeftAlone()
    {
        await using var executor = new CooperativeExecutor("loop");
        await executor.RunAsync(async _ =>
        {
            await using var pool = new WorkPool(1);
            var ran = false;
            var work = await pool.SpawnAsync("first", _ =>
            {
                ran = true;
                return Task.CompletedTask;
            });
            Assert.True(work.Cancel());
            Assert.Equal(1, pool.Free);
            var second = await pool.SpawnAsync("second", async token =>
            {
                await Task.Yield();
                return token.IsCancellationRequested;
            });
            await Task.Yield();
            Assert.False(second.Cancel());
            Assert.False(await second);
            Assert.False(ran);
        }).Within("the program");
    }

    [Fact]
    public async Task EV9c_Locals_AreInheritedUnlessTheFlowIsSuppressed()
    {
        var local = new AsyncLocal<string?> { Value = "the spawner's" };
        await using var executor = new CooperativeExecutor("loop");
        var seen = new List<string?>();

        foreach (var home in new[] { null, executor })
        {
            await TaskScope.RunAsync(
                async scope =>
                {
                    seen.Add(await scope.Start("heir", _ => Task.FromResult<string?>(local.Value)));
                    Task<string?> stranger;
                    using (ExecutionContext.SuppressFlow())
                    {
                        stranger = scope.Start("stranger", _ =>
                        {
                            Assert.Same(scope, TaskScope.Current);
                            return Task.FromResult<string?>(local.Value);
                        });
                    }

                    seen.Add(await stranger);
                },
                new TaskScopeOptions { Executor = home }).Within("the scope");
        }

        Assert.Equal(["the spawner's", null, "the spawner's", null], seen);
    }

    private static SpawnAfterOptions On(TimeProvider clock) => new() { TimeProvider = clock };

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
