using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class ExecutorRegistryTests
{
    [Fact]
    public async Task EV100_Get_TheSameName_IsTheSameExecutor()
    {
        await using var registry = new ExecutorRegistry();
        registry.Define("io", ExecutorSpec.Parse("cooperative"));

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => registry.Get("io")))).Within("gets");

        Assert.Single(all.Distinct());
        Assert.Equal(ExecutorKind.Cooperative, all[0].Kind);
        Assert.Single(registry.Created);
    }

    [Fact]
    public async Task EV100_Get_UnknownName_ListsTheKnownOnes()
    {
        await using var registry = new ExecutorRegistry();
        registry.Define("io", ExecutorSpec.Parse("cooperative"));
        registry.Define("cpu", ExecutorSpec.Parse("pool:2"));

        var error = Assert.Throws<KeyNotFoundException>(() => registry.Get("disk"));

        Assert.Contains("'disk'", error.Message, StringComparison.Ordinal);
        Assert.Contains("cpu, io", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => registry.Define("io", ExecutorSpec.Parse("inline")));
    }

    [Fact]
    public async Task Resolve_NameOrSpec_IsSharedOrExclusive()
    {
        await using var registry = new ExecutorRegistry();
        registry.Define("io", ExecutorSpec.Parse("cooperative"));

        Assert.Same(registry.Resolve("http", "io"), registry.Resolve("udp", "io"));
        var exclusive = registry.Resolve("http", "pool:2");
        Assert.Equal("http", exclusive.Name);
        Assert.NotSame(exclusive, registry.Resolve("http", "pool:2"));
        var error = Assert.Throws<FormatException>(() => registry.Resolve("http", "oi"));
        Assert.Contains("Defined executors: io", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_EndsAllInReverseOrder()
    {
        var registry = new ExecutorRegistry();
        var first = registry.CreateExclusive("first", ExecutorSpec.Parse("inline"));
        var second = registry.CreateExclusive("second", ExecutorSpec.Parse("thread"));
        var third = registry.CreateExclusive("third", ExecutorSpec.Parse("pool:2"));
        var order = new List<string>();
        foreach (var executor in new[] { first, second, third })
        {
            // Work that has not started when its executor is disposed never does.
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = executor.RunAsync(async stopping =>
            {
                var stopped = new TaskCompletionSource();
                await using var registration = stopping.Register(stopped.SetResult);
                started.SetResult();
                await stopped.Task;
                lock (order)
                {
                    order.Add(executor.Name);
                }
            });
            await started.Task.Within(executor.Name);
        }

        await registry.DisposeAsync().Within("dispose");
        await registry.DisposeAsync().Within("again");

        Assert.Equal(["third", "second", "first"], order);
        Assert.Throws<ObjectDisposedException>(() => registry.CreateExclusive("late", ExecutorSpec.Parse("inline")));
    }
}
