using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>Waiting for tasks of several executors at once.</summary>
public sealed class FuturistWaitTests
{
    [Fact]
    public async Task FU10_Wait_MixesTasksOfAllKindsOfExecutor_AndATimeoutThrowsNothing()
    {
        await using var registry = new ExecutorRegistry();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Executor[] executors = [.. new[] { "cooperative", "thread", "pool:2", "inline" }.Select(spec => registry.Resolve(spec, spec))];
        Task[] tasks = [.. executors.Select(executor => executor.RunAsync(_ => gate.Task))];

        var early = await Wait.AllAsync(tasks, TimeSpan.Zero).Within("timeout");
        gate.SetResult();
        var late = await Wait.AllAsync(tasks, Timeout.InfiniteTimeSpan).Within("all");

        Assert.Equal((0, 4), (early.Done.Count, early.Pending.Count));
        Assert.Equal((4, 0), (late.Done.Count, late.Pending.Count));
    }
}
