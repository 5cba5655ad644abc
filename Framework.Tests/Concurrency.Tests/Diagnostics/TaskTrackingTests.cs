using System.Runtime.CompilerServices;
using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>The list of live tasks.</summary>
[Collection(nameof(TracksTasks))]
public sealed class TaskTrackingTests : IAsyncLifetime
{
    private readonly DedicatedThreadExecutor _executor = new("tracked");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _executor.DisposeAsync().AsTask();

    [Fact]
    public async Task AS15_All_ListsNamedTasksWithWhatTheyDo()
    {
        using var tracking = TaskTracking.Enable();
        using var held = new ManualResetEventSlim();
        var entered = Signal();
        var gate = Signal();
        var first = _executor.RunAsync("holder", _ =>
        {
            entered.SetResult();
            held.Wait(CancellationToken.None);
            return Task.CompletedTask;
        });
        var second = _executor.RunAsync(_ => WaitForAsync(gate.Task));
        await entered.Task.Within("the first task runs");

        Assert.Equal(["holder Running", $"{typeof(TaskTrackingTests).FullName}.{nameof(AS15_All_ListsNamedTasksWithWhatTheyDo)} (lambda) Queued"], Listed());

        held.Set();
        await first.Within("the first task");
        await _executor.InvokeAsync(static () => { }).Within("the turn after that of the second task");

        Assert.Equal(LiveTaskState.Awaiting, Assert.Single(Mine()).State);
        Assert.Same(second, Mine()[0].Task);
        Assert.True(Mine()[0].Age >= TimeSpan.Zero, "An age is not negative.");

        gate.SetResult();
        await second.Within("the second task");
        Assert.Empty(Mine());
    }

    [Fact]
    public async Task AS15_State_AfterAnAwait_IsRunningAgain()
    {
        using var tracking = TaskTracking.Enable();
        var gate = Signal();
        var states = new List<LiveTaskState>();
        var task = _executor.RunAsync(async _ =>
        {
            states.Add(TaskTracking.Current!.State);
            await gate.Task;
            states.Add(TaskTracking.Current!.State);
            await Executor.Yield();
            states.Add(TaskTracking.Current!.State);
        });
        await _executor.InvokeAsync(() => states.Add(Mine().Single(live => live.Task == task).State)).Within("a turn between");

        gate.SetResult();
        await task.Within("the task");

        Assert.Equal([LiveTaskState.Running, LiveTaskState.Awaiting, LiveTaskState.Running, LiveTaskState.Running], states);
    }

    [Fact]
    public async Task AS15_Current_IsTheTaskWhoseCodeRuns()
    {
        using var tracking = TaskTracking.Enable();
        Assert.Null(TaskTracking.Current);

        var seen = await _executor.RunAsync("outer", async _ =>
        {
            var before = TaskTracking.Current!;
            var inner = await _executor.RunAsync("inner", static async _ =>
            {
                await Executor.Yield();
                return TaskTracking.Current!;
            }, CancellationToken.None);
            return (before, inner, after: TaskTracking.Current!);
        }).Within("both tasks");

        Assert.Equal("outer", seen.before.Name);
        Assert.Same(seen.before, seen.after);
        Assert.Equal("inner", seen.inner.Name);
        Assert.Equal(seen.before.Id, seen.inner.StartedBy);
        Assert.Null(seen.before.StartedBy);
        Assert.Null(TaskTracking.Current);
        Assert.Null(await _executor.InvokeAsync(static () => TaskTracking.Current?.Name == "outer" ? "leaked" : null).Within("another task"));
    }

    [Fact]
    public async Task AS15_CreationStack_IsRecordedOnlyWhenAskedFor()
    {
        var gate = Signal();
        Task plain;
        using (TaskTracking.Enable())
        {
            plain = _executor.RunAsync(_ => gate.Task);
            Assert.Null(Assert.Single(Mine()).CreationStack);
            using (TaskTracking.Enable(recordStacks: true))
            {
                _ = _executor.RunAsync(_ => gate.Task);
                var stack = Mine()[1].CreationStack!;
                Assert.StartsWith(
                    $"   at {typeof(TaskTrackingTests).FullName}.{nameof(AS15_CreationStack_IsRecordedOnlyWhenAskedFor)}", stack, StringComparison.Ordinal);
            }

            _ = _executor.RunAsync(_ => gate.Task);
            Assert.Null(Mine()[2].CreationStack);
        }

        Assert.Empty(TaskTracking.All);
        gate.SetResult();
        await plain.Within("a task that outlives its tracking");
    }

    [Fact]
    public async Task AS15_Enable_TwiceAndDisposedOnce_StaysOn()
    {
        var first = TaskTracking.Enable();
        var second = TaskTracking.Enable();
        first.Dispose();
        first.Dispose();

        Assert.True(TaskTracking.IsEnabled, "The second one keeps it on.");
        second.Dispose();

        Assert.False(TaskTracking.IsEnabled, "Nobody wants it on.");
        var gate = Signal();
        var unseen = _executor.RunAsync(_ => gate.Task);
        using (TaskTracking.Enable())
        {
            Assert.Empty(Mine());
            gate.SetResult();
            await unseen.Within("a task that was started before");
        }
    }

    [Fact]
    public async Task D4_TaskThatNobodyHolds_IsHeldUntilItEnds()
    {
        using var tracking = TaskTracking.Enable();
        StartUnheld();
        await _executor.InvokeAsync(static () => { }).Within("the turn after its first");
        GC.Collect();
        GC.WaitForPendingFinalizers();

        var live = Assert.Single(Mine());
        Assert.Equal("unheld", live.Name);
        Assert.Equal(LiveTaskState.Awaiting, live.State);
    }

    [Fact]
    public async Task AS15_Ended_HoweverItEnds_IsListedNoLonger()
    {
        using var tracking = TaskTracking.Enable();
        using var cancelled = new CancellationTokenSource();
        var gate = Signal();
        var held = _executor.RunAsync(_ => gate.Task);
        var never = _executor.RunAsync(token => Task.Delay(Timeout.Infinite, token), cancelled.Token);
        var failed = _executor.InvokeAsync(static () => throw new InvalidTimeZoneException());
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failed.Within("the failed one"));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never.Within("the cancelled one"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _executor.RunAsync(_ => Task.CompletedTask, cancelled.Token));

        Assert.Same(held, Assert.Single(Mine()).Task);
        gate.SetResult();
        await held.Within("the held one");
        await _executor.DisposeAsync();
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => _executor.RunAsync(_ => Task.CompletedTask));
        Assert.Empty(Mine());
    }

    [Fact]
    public async Task AS15_NamesOfScopesAndPools_AreShown()
    {
        using var tracking = TaskTracking.Enable();
        var gate = Signal();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, Executor = _executor });
        var work = await pool.SpawnAsync("feed", _ => gate.Task).AsTask().Within("spawn");
        var block = TaskScope.RunAsync(async scope => await scope.Start("kid", _ => gate.Task, _executor));

        Assert.Equal(["feed", "kid"], Mine().Select(task => task.Name).Order());

        gate.SetResult();
        await block.Within("the scope");
        await work.Task.Within("the work");
    }

    [Fact]
    public async Task AS28_Snapshot_ShowsTheLiveTasks()
    {
        using var tracking = TaskTracking.Enable(recordStacks: true);
        var gate = Signal();
        var task = _executor.RunAsync("reader", _ => gate.Task);
        await _executor.InvokeAsync(static () => { }).Within("the turn after its first");

        var node = Assert.Single(ConcurrencySnapshot.Take().Roots.Single(node => node.Name == "tracked").Children);

        Assert.Equal("reader", node.Name);
        Assert.Equal("awaiting", node["state"]);
        Assert.Contains(nameof(AS28_Snapshot_ShowsTheLiveTasks), node["created"]!, StringComparison.Ordinal);
        gate.SetResult();
        await task.Within("the task");
    }

    [Fact]
    public async Task EV106_ListAndSnapshot_WhileTasksComeAndGo_AddUp()
    {
        await using var pool = new PoolExecutor("storm", 2);
        using var tracking = TaskTracking.Enable();
        var tasks = Enumerable.Range(0, 2_000).Select(number => pool.RunAsync($"task {number}", async _ =>
        {
            await Executor.Yield();
            Assert.Equal($"task {number}", TaskTracking.Current!.Name);
        })).ToArray();
        while (!tasks[^1].IsCompleted)
        {
            Assert.NotEmpty(ConcurrencySnapshot.Take().ToText());
            Assert.True(TaskTracking.All.Count <= 2_000, "No task is listed twice.");
        }

        await Task.WhenAll(tasks).Within("the storm");
        Assert.DoesNotContain(TaskTracking.All, task => task.Executor == pool);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task WaitForAsync(Task task) => await task;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StartUnheld() => _ = _executor.RunAsync("unheld", static async _ => await Signal().Task);

    private LiveTask[] Mine() => [.. TaskTracking.All.Where(task => task.Executor == _executor)];

    private string[] Listed() => [.. Mine().Select(task => $"{task.Name} {task.State}")];
}
