using System.Collections.Concurrent;
using System.Diagnostics;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>What a listener of activities sees of scopes and their children.</summary>
[Collection(nameof(ListensToScopes))]
public sealed class ScopeTracingTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public ScopeTracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ConcurrencyTelemetry.ScopesName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EV107_Children_OfAScope_AreActivitiesBeneathIts(bool onExecutor)
    {
        await using var executor = onExecutor ? new DedicatedThreadExecutor("traced") : null;
        using var outer = new Activity("request").Start();
        var seen = new ConcurrentQueue<string?>();

        var result = await TaskScope.RunAsync(
            async scope =>
            {
                seen.Enqueue(Activity.Current?.DisplayName);
                await scope.Start("fetch", async _ =>
                {
                    await Task.Yield();
                    seen.Enqueue(Activity.Current?.DisplayName);
                });
                Assert.Equal("ingest", Activity.Current?.DisplayName);
                return await scope.Start("count", static _ => Task.FromResult(3));
            },
            new TaskScopeOptions { Name = "ingest", Executor = executor }).Within("the scope ends");

        Assert.Equal(3, result);
        Assert.Same(outer, Activity.Current);
        Assert.Equal<string?>(["ingest", "fetch"], seen);
        Assert.Equal(["fetch", "count", "ingest"], _ended.Select(static one => one.DisplayName));
        var ingest = One("ingest");
        Assert.Equal(outer.SpanId, ingest.ParentSpanId);
        Assert.Equal("concurrency.scope", ingest.OperationName);
        Assert.All([One("fetch"), One("count")], child =>
        {
            Assert.Equal("concurrency.child", child.OperationName);
            Assert.Equal(ingest.SpanId, child.ParentSpanId);
            Assert.Equal("ingest", child.GetTagItem("concurrency.scope"));
        });
        Assert.All(_ended, static one =>
        {
            Assert.Equal(one.DisplayName, one.GetTagItem("concurrency.name"));
            Assert.Equal("completed", one.GetTagItem("concurrency.outcome"));
            Assert.Null(one.GetTagItem("concurrency.reason"));
        });
    }

    [Fact]
    public async Task EV107_Child_ThatFails_IsShownWithItsError_AndWhatItCancelledWithTheReason()
    {
        await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(
            scope =>
            {
                _ = scope.Start("waits", static token => Task.Delay(Timeout.Infinite, token));
                _ = scope.Start("breaks", static _ => Task.FromException(new IOException("The disk is gone.")));
                return Task.CompletedTask;
            },
            new TaskScopeOptions { Name = "ingest" })).Within("the scope ends");

        var breaks = One("breaks");
        Assert.Equal("failed", breaks.GetTagItem("concurrency.outcome"));
        Assert.Equal("System.IO.IOException", breaks.GetTagItem("error.type"));
        Assert.Equal((ActivityStatusCode.Error, "The disk is gone."), (breaks.Status, breaks.StatusDescription));
        var ingest = One("ingest");
        Assert.Equal("failed", ingest.GetTagItem("concurrency.outcome"));
        Assert.Equal("its child 'breaks' failed: The disk is gone.", ingest.GetTagItem("concurrency.reason"));

        // Cancelled before or after its first turn: only in the latter case it has an activity.
        Assert.All(_ended.Where(static one => one.DisplayName == "waits"), static waits =>
        {
            Assert.Equal("cancelled", waits.GetTagItem("concurrency.outcome"));
            Assert.Equal("its child 'breaks' failed: The disk is gone.", waits.GetTagItem("concurrency.reason"));
        });
    }

    [Fact]
    public async Task EV107_Scope_ThatIsCancelled_IsShownWithTheReason()
    {
        await TaskScope.RunAsync(
            async scope =>
            {
                var started = new TaskCompletionSource();
                var child = scope.Start("waits", token =>
                {
                    started.SetResult();
                    return Task.Delay(Timeout.Infinite, token);
                });
                await started.Task.Within("the child waits");
                scope.Cancel("the operator said so.");
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child);
                scope.CancellationToken.ThrowIfCancellationRequested();
            },
            new TaskScopeOptions { Name = "ingest" }).ContinueWith(static ended => Assert.True(ended.IsCanceled), TaskScheduler.Default);

        Assert.All([One("waits"), One("ingest")], static one =>
        {
            Assert.Equal("cancelled", one.GetTagItem("concurrency.outcome"));
            Assert.Equal("the operator said so.", one.GetTagItem("concurrency.reason"));
            Assert.Equal(ActivityStatusCode.Unset, one.Status);
        });
    }

    [Fact]
    public async Task EV107_Child_WithSeveralFailures_KeepsThemAll()
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("both", static _ => Task.WhenAll(Task.FromException(new IOException("one")), Task.FromException(new IOException("two"))));
            return Task.CompletedTask;
        })).Within("the scope ends");

        Assert.Equal(["one", "two"], error.InnerExceptions.Select(static one => one.Message));
    }

    [Fact]
    public async Task EV107_Child_WhoseDelegateThrowsOrReturnsNothing_FailsAsWithoutAListener()
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(
            static scope =>
            {
                _ = scope.Start("throws", static Task (_) => throw new IOException("at once"));
                _ = scope.Start("null", static _ => (Task)null!);
                return Task.CompletedTask;
            },
            new TaskScopeOptions { FailureMode = TaskScopeFailureMode.Supervised })).Within("the scope ends");

        Assert.Equal(2, error.InnerExceptions.Count);
        Assert.Contains(error.InnerExceptions, static one => one is InvalidOperationException && one.Message.Contains("returned null", StringComparison.Ordinal));
        Assert.Equal("failed", One("throws").GetTagItem("concurrency.outcome"));
    }

    [Fact]
    public async Task EV107_Child_StartedFromOutside_BelongsToTheScope()
    {
        await TaskScope.RunAsync(
            async scope =>
            {
                Task child;
                using (ExecutionContext.SuppressFlow())
                {
                    // A thread without any activity, as that of a socket's callback is.
                    child = Task.Factory.StartNew(
                        () => scope.Start("late", static _ => Task.CompletedTask), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default).Unwrap();
                }

                await child.Within("the child ends");
            },
            new TaskScopeOptions { Name = "ingest" });

        Assert.Equal(One("ingest").SpanId, One("late").ParentSpanId);
    }

    [Fact]
    public async Task EV107_SpawnAfter_IsAnActivityOnceItRuns()
    {
        var clock = new ManualClock();
        await TaskScope.RunAsync(
            async scope =>
            {
                var work = scope.SpawnAfter(TimeSpan.FromSeconds(1), "later", static _ => Task.CompletedTask);
                Assert.Empty(_ended);
                clock.Advance(TimeSpan.FromSeconds(1));
                await work.Task.Within("the work ends");
            },
            new TaskScopeOptions { Name = "ingest", TimeProvider = clock });

        Assert.Equal(One("ingest").SpanId, One("later").ParentSpanId);
    }

    [Fact]
    public async Task EV107_NobodyListens_NothingIsMade()
    {
        _listener.Dispose();
        Assert.False(ScopeTracing.IsOn);

        await TaskScope.RunAsync(static scope => scope.Start("child", static _ =>
        {
            Assert.Null(Activity.Current);
            return Task.CompletedTask;
        })).Within("the scope ends");

        Assert.Empty(_ended);
    }

    public void Dispose() => _listener.Dispose();

    private Activity One(string name) => Assert.Single(_ended, one => one.DisplayName == name);
}
