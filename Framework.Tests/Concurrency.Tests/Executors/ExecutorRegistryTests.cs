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
    public void EV100_FromEnvironment_ReadsTheSpecAndNamesTheVariableInItsError()
    {
        var variable = $"CONCURRENCY_TEST_{Guid.NewGuid():N}";
        Assert.Null(ExecutorSpec.FromEnvironment(variable));
        Environment.SetEnvironmentVariable(variable, " pool:3 ");
        Assert.Equal(ExecutorSpec.Parse("pool:3"), ExecutorSpec.FromEnvironment(variable));
        Environment.SetEnvironmentVariable(variable, "gevent");

        var error = Assert.Throws<FormatException>(() => ExecutorSpec.FromEnvironment(variable));

        Assert.StartsWith($"The environment variable {variable} was 'gevent'. The executor 'gevent' is not valid: the kind was", error.Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public async Task EV100_Default_IsSharedAndDefinedByTheProgramBeforeTheEnvironment()
    {
        await using var plain = new ExecutorRegistry();
        Assert.Equal(ExecutorKind.Cooperative, plain.Get(ExecutorRegistry.DefaultName).Kind);
        Assert.Same(plain.Get("default"), plain.Resolve("component", "default"));
        Assert.Single(plain.Created);

        await using var defined = new ExecutorRegistry();
        defined.Define(ExecutorRegistry.DefaultName, ExecutorSpec.Parse("pool:2"));
        Assert.Equal(ExecutorKind.Pool, defined.Get("default").Kind);
    }

    [Fact]
    public async Task EV100_Default_FollowsTheEnvironment()
    {
        Assert.Null(Environment.GetEnvironmentVariable(ExecutorSpec.EnvironmentVariable));
        Environment.SetEnvironmentVariable(ExecutorSpec.EnvironmentVariable, "nothing");
        try
        {
            await using var registry = new ExecutorRegistry();
            Assert.Contains("CONCURRENCY_EXECUTOR was 'nothing'", Assert.Throws<FormatException>(() => registry.Get("default")).Message, StringComparison.Ordinal);
            Environment.SetEnvironmentVariable(ExecutorSpec.EnvironmentVariable, "thread");
            Assert.Equal(ExecutorKind.DedicatedThread, registry.Get("default").Kind);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ExecutorSpec.EnvironmentVariable, null);
        }
    }

    [Fact]
    public async Task EV100_Exclusive_IsNeverShared()
    {
        await using var registry = new ExecutorRegistry();
        registry.Define("io", ExecutorSpec.Parse("thread"));

        var executors = new[] { registry.CreateExclusive("io", ExecutorSpec.Parse("thread")), registry.Resolve("io", "thread"), registry.Get("io") };

        Assert.Equal(3, executors.Distinct().Count());
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
