using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class TaskScopeTests
{
    [Fact]
    public async Task RunAsync_BodyReturned_WaitsForEveryChild()
    {
        var release = Signal();
        var ended = false;

        var run = TaskScope.RunAsync(scope =>
        {
            scope.Start("child", async _ =>
            {
                await release.Task;
                ended = true;
            });
            return Task.CompletedTask;
        });
        Assert.False(run.IsCompleted);
        release.SetResult();
        await run.Within("the scope ends after its child");

        Assert.True(ended);
    }

    [Fact]
    public async Task RunAsync_ChildStartsGrandchild_WaitsForItToo()
    {
        var release = Signal();
        var grandchildEnded = false;

        var run = TaskScope.RunAsync(scope =>
        {
            scope.Start("child", _ =>
            {
                scope.Start("grandchild", async _ =>
                {
                    await release.Task;
                    grandchildEnded = true;
                });
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        release.SetResult();
        await run.Within("the scope ends after the grandchild");

        Assert.True(grandchildEnded);
    }

    [Fact]
    public async Task RunAsync_ChildFails_CancelsSiblingAndBodyAndThrowsEveryFailure()
    {
        var siblingStarted = Signal();

        var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(async scope =>
        {
            _ = scope.Start("sibling", async token =>
            {
                siblingStarted.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                catch (OperationCanceledException)
                {
                    throw new InvalidOperationException("clean-up failed");
                }
            });
            await siblingStarted.Task;
            _ = scope.Start("child", _ => throw new FormatException("bad"));
            await Task.Delay(Timeout.Infinite, scope.CancellationToken);
        })).Within("the scope fails");

        Assert.Collection(
            failures.InnerExceptions,
            first => Assert.IsType<FormatException>(first),
            second => Assert.IsType<InvalidOperationException>(second));
    }

    [Fact]
    public async Task RunAsync_BodyFails_CancelsChildrenAndThrowsBoth()
    {
        var started = Signal();
        var canceled = false;

        var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(async scope =>
        {
            _ = scope.Start("child", async token =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    canceled = token.IsCancellationRequested;
                }
            });
            await started.Task;
            throw new FormatException("the body");
        })).Within("the scope fails");

        Assert.IsType<FormatException>(Assert.Single(failures.InnerExceptions));
        Assert.True(canceled);
    }

    [Fact]
    public async Task RunAsync_Supervised_SiblingsGoOn()
    {
        var failed = Signal();
        var siblingToken = true;

        var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(
            scope =>
            {
                var child = scope.Start("child", _ => throw new FormatException("bad"));
                scope.Start("sibling", async token =>
                {
                    await child.ContinueWith(_ => { }, TaskScheduler.Default);
                    siblingToken = token.IsCancellationRequested;
                });
                return Task.CompletedTask;
            },
            new TaskScopeOptions { FailureMode = TaskScopeFailureMode.Supervised })).Within("the scope fails");

        Assert.Single(failures.InnerExceptions);
        Assert.False(siblingToken);
    }

    [Fact]
    public async Task Cancel_BodyGivesIn_ThrowsWithTheFirstReason()
    {
        var canceled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => TaskScope.RunAsync(
            async scope =>
            {
                scope.Cancel("the disk is full.");
                scope.Cancel("a later reason.");
                await Task.Delay(Timeout.Infinite, scope.CancellationToken);
            },
            new TaskScopeOptions { Name = "ingest" })).Within("the scope ends");

        Assert.Equal("the disk is full.", canceled.Reason);
        Assert.Contains("'ingest'", canceled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_BodyReturned_EndsNormallyThoughChildrenWereCancelled()
    {
        await TaskScope.RunAsync(scope =>
        {
            scope.Start("child", token => Task.Delay(Timeout.Infinite, token));
            scope.Cancel("enough.");
            return Task.CompletedTask;
        }).Within("the scope ends");
    }

    [Fact]
    public async Task RunAsync_CallerTokenCancelled_ThrowsWithThatToken()
    {
        using var caller = new CancellationTokenSource();

        var run = TaskScope.RunAsync(
            scope =>
            {
                scope.Start("child", token => Task.Delay(Timeout.Infinite, token));
                return Task.CompletedTask;
            },
            cancellationToken: caller.Token);
        await caller.CancelAsync();

        var canceled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => run).Within("the scope ends");
        Assert.Equal(caller.Token, canceled.CancellationToken);
    }

    [Fact]
    public async Task RunAsync_CallerTokenCancelledAfterAllWorkWasDone_EndsNormally()
    {
        using var caller = new CancellationTokenSource();

        var result = await TaskScope.RunAsync(
            async scope =>
            {
                await caller.CancelAsync();
                return 7;
            },
            cancellationToken: caller.Token).Within("the scope ends");

        Assert.Equal(7, result);
    }

    [Fact]
    public async Task Start_ScopeEnded_SaysSoAndNamesBoth()
    {
        TaskScope? escaped = null;
        await TaskScope.RunAsync(
            scope =>
            {
                escaped = scope;
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Name = "ingest" }).Within("the scope ends");

        var refused = Assert.Throws<InvalidOperationException>(() => { _ = escaped!.Start("reader", _ => Task.CompletedTask); });

        Assert.Contains("'ingest'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'reader'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ScopeCancelled_RefusesWithTheReason()
    {
        await TaskScope.RunAsync(scope =>
        {
            scope.Cancel("maintenance.");

            var refused = Assert.Throws<TaskScopeCanceledException>(() => { _ = scope.Start("reader", _ => Task.CompletedTask); });
            Assert.Contains("maintenance.", refused.Reason, StringComparison.Ordinal);
            return Task.CompletedTask;
        }).Within("the scope ends");
    }

    [Fact]
    public async Task RunAsync_ChildTimesOutOnItsOwn_IsAFailure()
    {
        var failures = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(scope =>
        {
            scope.Start("child", _ => throw new TaskCanceledException("a timeout of its own"));
            return Task.CompletedTask;
        })).Within("the scope fails");

        Assert.IsAssignableFrom<OperationCanceledException>(Assert.Single(failures.InnerExceptions));
    }

    [Fact]
    public async Task Start_ExecutorsPerChild_EachRunsOnItsOwn()
    {
        await using var first = new DedicatedThreadExecutor("first");
        await using var second = new DedicatedThreadExecutor("second");
        var seen = new System.Collections.Concurrent.ConcurrentBag<string?>();

        await TaskScope.RunAsync(scope =>
        {
            scope.Start("a", async _ =>
            {
                await Task.Yield();
                seen.Add(Concurrency.Execution.Executor.Current?.Name);
            }, first);
            scope.Start("b", async _ =>
            {
                await Task.Yield();
                seen.Add(Concurrency.Execution.Executor.Current?.Name);
            }, second);
            return Task.CompletedTask;
        }).Within("both children end");

        Assert.Equal(["first", "second"], seen.Order());
    }

    [Fact]
    public async Task Children_WhileTheyRun_AreListedByName()
    {
        var release = Signal();
        IReadOnlyList<string> names = [];

        await TaskScope.RunAsync(scope =>
        {
            scope.Start("reader", _ => release.Task);
            scope.Start("writer", _ => release.Task);
            names = scope.Children;
            release.SetResult();
            return Task.CompletedTask;
        }).Within("the scope ends");

        Assert.Equal(["reader", "writer"], names.Order());
    }

    [Fact]
    public async Task Timeout_CutsWorkShort_ThrowsWithTheReasonAndLogsIt()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        var run = TaskScope.RunAsync(
            scope =>
            {
                scope.Start("child", token => Task.Delay(Timeout.Infinite, token));
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Name = "batch", Timeout = TimeSpan.FromSeconds(5), TimeProvider = clock, Logger = log });

        Assert.False(run.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));

        var canceled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => run).Within("the scope ends");
        Assert.Contains("00:00:05", canceled.Reason, StringComparison.Ordinal);
        Assert.Contains(log.Messages, m => m.Contains("'batch'", StringComparison.Ordinal) && m.Contains(canceled.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timeout_AllWorkWasDone_EndsNormallyAndTheTimerIsGone()
    {
        var clock = new ManualClock();
        TaskScope? scope = null;
        await TaskScope.RunAsync(
            s =>
            {
                scope = s;
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Timeout = TimeSpan.FromSeconds(5), TimeProvider = clock });

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(scope!.Reason);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            TaskScope.RunAsync(_ => Task.CompletedTask, new TaskScopeOptions { Timeout = TimeSpan.Zero }));
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
