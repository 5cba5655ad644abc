using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class ScopeTreeTests
{
    [Fact]
    public async Task Current_InBodiesAndChildren_IsTheInnermostOpenScope()
    {
        await using var executor = new CooperativeExecutor("loop");
        Assert.Null(TaskScope.Current);
        await TaskScope.RunAsync(async outer =>
        {
            Assert.Same(outer, TaskScope.Current);
            Assert.Null(outer.Parent);
            foreach (var home in new[] { null, executor })
            {
                await outer.Start("child", async _ =>
                {
                    Assert.Same(outer, TaskScope.Current);
                    await TaskScope.RunAsync(async inner =>
                    {
                        Assert.Same(inner, TaskScope.Current);
                        Assert.Same(outer, inner.Parent);
                        await inner.Start("grandchild", _ => Task.FromResult(Assert.IsType<TaskScope>(TaskScope.Current)));
                        await outer.Start("cousin", _ =>
                        {
                            Assert.Same(outer, TaskScope.Current);
                            return Task.CompletedTask;
                        });
                    });
                    Assert.Same(outer, TaskScope.Current);
                }, home);
            }
        }).Within("the scopes");
        Assert.Null(TaskScope.Current);
    }

    [Fact]
    public async Task Current_CodeThatGoesOnAfterItsScope_SeesTheScopeAroundThat()
    {
        var ended = new TaskCompletionSource();
        await TaskScope.RunAsync(async outer =>
        {
            Task<TaskScope?>? left = null;
            await TaskScope.RunAsync(_ =>
            {
                left = LookAsync();
                return Task.CompletedTask;
            });
            ended.SetResult();
            Assert.Same(outer, await left!);
        }).Within("the scopes");

        async Task<TaskScope?> LookAsync()
        {
            await ended.Task;
            return TaskScope.Current;
        }
    }

    [Fact]
    public async Task Parent_NamedInTheOptions_WaitsForTheScopeAndCancelsIt()
    {
        var release = new TaskCompletionSource();
        Task? nested = null;
        IReadOnlyList<string> children = [];
        var run = TaskScope.RunAsync(
            outer =>
            {
                nested = TaskScope.RunAsync(
                    async inner =>
                    {
                        children = outer.Children;
                        await release.Task;
                        inner.CancellationToken.ThrowIfCancellationRequested();
                    },
                    new TaskScopeOptions { Name = "inner", Parent = outer });
                outer.Cancel("the user closed the window.");
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Name = "outer" });
        Assert.False(run.IsCompleted);
        Assert.Equal(["inner"], children);
        release.SetResult();

        await run.Within("the outer scope");
        var canceled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => nested!).Within("the inner scope");
        Assert.Contains("'outer'", canceled.Reason, StringComparison.Ordinal);
        Assert.Contains("the user closed the window.", canceled.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parent_ThatHasEnded_RefusesTheScope()
    {
        TaskScope? ended = null;
        await TaskScope.RunAsync(scope =>
        {
            ended = scope;
            return Task.CompletedTask;
        });

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TaskScope.RunAsync(_ => Task.CompletedTask, new TaskScopeOptions { Name = "late", Parent = ended }));

        Assert.Contains("'late'", refused.Message, StringComparison.Ordinal);
        Assert.True(ended!.HasEnded);
    }

    [Fact]
    public async Task Cancel_TokenOfAnOuterScopeWasGiven_TheReasonTravels()
    {
        var canceled = await TaskScope.RunAsync(async outer =>
        {
            var inner = TaskScope.RunAsync(
                scope => Task.Delay(Timeout.Infinite, scope.CancellationToken), cancellationToken: outer.CancellationToken);
            outer.Cancel("the disk is full.");
            return await Assert.ThrowsAsync<TaskScopeCanceledException>(() => inner);
        }).Within("the scopes");

        Assert.Contains("the disk is full.", canceled.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_ScopesAndPools_ShowStateAgeAndChildren_AndLeaveAtTheirEnd()
    {
        var clock = new ManualClock();
        var release = new TaskCompletionSource();
        TaskScope? scope = null;
        WorkPool? pool = null;
        await TaskScope.RunAsync(
            async opened =>
            {
                scope = opened;
                var reads = new TaskCompletionSource();
                _ = opened.Start("reader", _ =>
                {
                    reads.SetResult();
                    return release.Task;
                });
                await reads.Task;
                pool = new WorkPool(new WorkPoolOptions { Name = "feeds", Size = 1 });
                await pool.SpawnAsync("fetch", _ => release.Task);
                clock.Advance(TimeSpan.FromSeconds(3));
                opened.Cancel("enough.");

                Assert.Contains(opened, LiveObjects.Current);
                ILiveObject live = opened;
                Assert.Equal(("scope", "ingest"), (live.Kind, live.Name));
                var details = Describe(live);
                Assert.Contains(new("state", "cancelled"), details.Values);
                Assert.Contains(new("reason", "enough."), details.Values);
                Assert.Contains(new("age", "00:00:03"), details.Values);
                Assert.Equal(("task", "reader"), (details.Parts[0].Kind, details.Parts[0].Name));
                Assert.Contains(pool, LiveObjects.Current);
                Assert.Same(opened, ((ILiveObject)pool).Parent);
                var work = Describe(pool);
                Assert.Contains(new("running", "1"), work.Values);
                Assert.Equal(("work", "fetch"), (work.Parts[0].Kind, work.Parts[0].Name));
                release.SetResult();
            },
            new TaskScopeOptions { Name = "ingest", TimeProvider = clock }).Within("the scope");

        Assert.DoesNotContain(scope!, LiveObjects.Current);
        await pool!.DisposeAsync().Within("the pool");
        Assert.DoesNotContain(pool, LiveObjects.Current);
    }

    [Fact]
    public async Task AS15_Children_AreKeptAliveAndNamedAsLongAsTheyRun()
    {
        var release = new TaskCompletionSource();
        await TaskScope.RunAsync(scope =>
        {
            for (var i = 0; i < 5000; i++)
            {
                _ = scope.Start($"child {i}", _ => release.Task);
            }

            GC.Collect();
            Assert.Equal(5000, scope.Children.Distinct().Count());
            Assert.Equal(100, Describe(scope).Parts.Count);
            release.SetResult();
            return Task.CompletedTask;
        }).Within("all children");
    }

    [Fact]
    public async Task AS16_Cancel_ChildMayGoOnInSpiteOfItAndAnEndedScopeIgnoresIt()
    {
        TaskScope? ended = null;
        await TaskScope.RunAsync(async scope =>
        {
            ended = scope;
            var child = scope.Start("stubborn", async token =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                catch (OperationCanceledException)
                {
                    return 7;
                }

                return 0;
            });
            await TaskScope.RunAsync(_ => Task.CompletedTask);
            while (scope.Children.Count == 0)
            {
                await Task.Yield();
            }

            scope.Cancel("first.");
            scope.Cancel("second.");
            // Cancelled before its first turn it never ran; otherwise its result stands.
            if (await Task.WhenAny(child) is { IsCompletedSuccessfully: true })
            {
                Assert.Equal(7, await child);
            }
        }).Within("the scope");

        ended!.Cancel("after the end.");
        Assert.Equal("first.", ended.Reason);
    }

    [Fact]
    public async Task AS17_Result_IsSetOnceAndCallbacksAreCountedOff()
    {
        await using var pool = new WorkPool(1);
        var release = new TaskCompletionSource<int>();
        var work = await pool.SpawnAsync("work", _ => release.Task);
        var calls = 0;
        Action<SpawnedWork> callback = _ => calls++;
        work.Link(callback);
        work.Link(callback);
        Assert.False(work.Task.IsCompleted);
        Assert.True(work.Unlink(callback));

        release.SetResult(1);
        await pool.WaitAllAsync().Within("idle");

        Assert.Equal(1, calls);
        Assert.False(work.Cancel());
        await work.StopAsync("too late.").Within("the stop");
        Assert.Equal(1, await work);
        Assert.Equal(SpawnedWorkState.Succeeded, work.State);
    }

    [Fact]
    public async Task AS18_Start_OnAnInlineExecutorIsEager_ElsewhereLazy()
    {
        await using var inline = new InlineExecutor();
        await using var loop = new CooperativeExecutor("loop");
        await loop.RunAsync(_ => TaskScope.RunAsync(async scope =>
        {
            var eager = scope.Start("eager", _ => Task.FromResult(1), inline);
            Assert.True(eager.IsCompletedSuccessfully);
            var lazy = scope.Start("lazy", _ => Task.FromResult(2));
            Assert.False(lazy.IsCompleted);
            Assert.Equal(2, await lazy);
        })).Within("the scope");
    }

    [Fact]
    public async Task AS20_Failures_OfBodyAndChild_AreBothReported()
    {
        var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(async scope =>
        {
            var child = scope.Start("child", _ => Task.FromException(new FormatException("child")));
            await Task.WhenAny(child);
            throw new InvalidOperationException("body");
        })).Within("the scope");

        Assert.Equal(["FormatException", "InvalidOperationException"], failures.InnerExceptions.Select(e => e.GetType().Name).Order());
    }

    [Fact]
    public async Task AS20_Failures_OfOneChildWithSeveral_AreAllReported()
    {
        await using var executor = new CooperativeExecutor("loop");
        foreach (var home in new[] { null, executor })
        {
            var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(scope =>
            {
                _ = scope.Start("child", _ => Task.WhenAll(
                    Task.FromException(new FormatException("one")), Task.FromException(new InvalidOperationException("two"))), home);
                return Task.CompletedTask;
            })).Within("the scope");

            Assert.Equal(["one", "two"], failures.InnerExceptions.Select(e => e.Message));
        }
    }

    [Fact]
    public async Task AS20_End_AllTasksOfChildrenAreComplete()
    {
        for (var round = 0; round < 200; round++)
        {
            var tasks = new List<Task>();
            await TaskScope.RunAsync(scope =>
            {
                for (var i = 0; i < 20; i++)
                {
                    tasks.Add(scope.Start("child", _ => Task.CompletedTask));
                }

                return Task.CompletedTask;
            }).Within("the scope");

            Assert.All(tasks, t => Assert.True(t.IsCompletedSuccessfully));
        }
    }

    [Fact]
    public void AS20_Storm_ChildrenThatStartAndFail_NothingOutlivesTheBlock() => Explore.Seeds(60, async executor =>
    {
        var random = executor.Random;
        var running = 0;
        var failed = 0;
        try
        {
            await TaskScope.RunAsync(scope =>
            {
                Spawn(scope, 3);
                return Task.CompletedTask;
            }, new TaskScopeOptions { FailureMode = random.Next(2) == 0 ? TaskScopeFailureMode.FailFast : TaskScopeFailureMode.Supervised });
            Assert.Equal(0, failed);
        }
        catch (AggregateException failures)
        {
            Assert.Equal(failed, failures.InnerExceptions.Count(e => e is FormatException));
        }

        Assert.Equal(0, running);

        void Spawn(TaskScope scope, int depth)
        {
            for (var i = 0; i < 4; i++)
            {
                if (scope.Reason is null)
                {
                    _ = scope.Start($"{depth}", _ => RunAsync(scope, depth));
                }
            }
        }

        async Task RunAsync(TaskScope scope, int depth)
        {
            running++;
            try
            {
                await Task.Yield();
                if (depth > 0)
                {
                    Spawn(scope, depth - 1);
                }

                if (random.Next(40) == 0)
                {
                    failed++;
                    throw new FormatException("bad luck");
                }
            }
            finally
            {
                running--;
            }
        }
    });

    private static LiveDetails Describe(ILiveObject item)
    {
        var details = new LiveDetails();
        item.Describe(details);
        return details;
    }
}
