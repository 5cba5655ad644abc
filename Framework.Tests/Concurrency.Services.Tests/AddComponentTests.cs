using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Patterns;
using Concurrency.Services.Components;
using Concurrency.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Concurrency.Services.Tests;

public sealed class AddComponentTests
{
    [Fact]
    public async Task AddComponent_HostRuns_HandlesEventsOnTheChosenExecutor()
    {
        var source = new FakeSource<int>();
        var seen = new TaskCompletionSource<Executor?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("numbers", _ => source, (_, _) =>
        {
            seen.SetResult(Executor.Current);
            return default;
        }, o => o.Executor = "thread");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        await source.Writer.WriteAsync(1);
        var executor = await seen.Task.Within("the event is handled");
        await host.StopAsync().Within("the host stops");

        Assert.Equal(ExecutorKind.DedicatedThread, executor?.Kind);
        Assert.Equal("numbers", executor?.Name);
        Assert.Equal(1, source.Disposals);
        Assert.Equal(0, host.Components().ExitCode);
    }

    [Fact]
    public async Task Configuration_ExecutorConcurrencyCapacity_OverridesCode()
    {
        int? capacity = null;
        var builder = HostFixture.Builder(
            ("Components:numbers:Executor", "pool:2"), ("Components:numbers:Concurrency", "2"), ("Components:numbers:Capacity", "7"));
        var source = new FakeSource<int>();
        var running = new CountdownEvent(2);
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        builder.AddComponent<int>("numbers", (_, o) =>
        {
            capacity = o.Capacity;
            return source;
        }, async (_, _) =>
        {
            if (running.Signal())
            {
                both.SetResult();
            }

            await both.Task;
        }, o =>
        {
            o.Executor = "thread";
            o.Capacity = 3;
        });
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await both.Task.Within("two handlers run at once");
        await host.StopAsync().Within("the host stops");

        Assert.Equal(7, capacity);
        Assert.Equal(ExecutorKind.Pool, host.Components().Components[0].Executor.Kind);
    }

    [Fact]
    public async Task Executor_Cooperative_IsSharedByTheComponentsThatAskForIt()
    {
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("one", _ => new FakeSource<int>(), (_, _) => default);
        builder.AddComponent<int>("two", _ => new FakeSource<int>(), (_, _) => default, o => o.Executor = "cooperative");
        builder.AddComponent<int>("three", _ => new FakeSource<int>(), (_, _) => default, o => o.Executor = "thread");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        var executors = host.Components().Components.Select(c => c.Executor).ToArray();
        await host.StopAsync().Within("the host stops");

        Assert.Same(executors[0], executors[1]);
        Assert.NotSame(executors[0], executors[2]);
        Assert.Equal(2, host.Components().Executors.Count);
    }

    [Fact]
    public async Task AddExecutor_Named_IsSharedByName()
    {
        var builder = HostFixture.Builder();
        builder.AddExecutor("blocking", "pool:2");
        builder.AddComponent<int>("one", _ => new FakeSource<int>(), (_, _) => default, o => o.Executor = "blocking");
        builder.AddComponent<int>("two", _ => new FakeSource<int>(), (_, _) => default, o => o.Executor = "blocking");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        var executors = host.Components().Components.Select(c => c.Executor).ToArray();
        await host.StopAsync().Within("the host stops");

        Assert.Same(executors[0], executors[1]);
        Assert.Equal(ExecutorKind.Pool, executors[0].Kind);
    }

    [Fact]
    public async Task IEventHandler_EachEvent_GetsAScopeOfItsOwn()
    {
        var source = new FakeSource<int>();
        var builder = HostFixture.Builder();
        builder.Services.AddSingleton<Seen>();
        builder.Services.AddScoped<Probe>();
        builder.AddComponent<int, ProbeHandler>("numbers", (_, _) => source);
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await host.StopAsync().Within("the host stops");

        var probes = host.Services.GetRequiredService<Seen>().Probes;
        Assert.Equal(2, probes.Distinct().Count());
        Assert.All(probes, p => Assert.True(p.IsDisposed));
    }

    [Fact]
    public async Task PlainReader_IsReadAndLeftToItsOwner()
    {
        var channel = Channel.CreateUnbounded<int>();
        var handled = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("numbers", _ => channel.Reader, (item, _) =>
        {
            handled.SetResult(item);
            return default;
        });
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        channel.Writer.TryWrite(5);

        Assert.Equal(5, await handled.Task.Within("the item is handled"));
        await host.StopAsync().Within("the host stops");
        Assert.False(channel.Reader.Completion.IsCompleted);
    }

    [Theory]
    [InlineData("Components:numbers:Concurrency", "0", "Components:numbers:Concurrency", "1 or more")]
    [InlineData("Components:numbers:Capacity", "many", "'many'", "1 or more")]
    [InlineData("Components:numbers:OnError", "Shrug", "'Shrug'", "Stop, Isolate or Restart")]
    [InlineData("Components:numbers:OnError", "1", "'1'", "Stop, Isolate or Restart")]
    [InlineData("Components:numbers:OnError", "Stop,Isolate", "'Stop,Isolate'", "Stop, Isolate or Restart")]
    [InlineData("Components:numbers", "thread", "'thread' and not a section", "Executor, Concurrency, Capacity, OnError")]
    [InlineData("Components:numbers:Executer", "thread", "Components:numbers:Executer", "Executor, Concurrency, Capacity, OnError")]
    [InlineData("Components:numbres:Executor", "thread", "Components:numbres", "numbers")]
    [InlineData("Components:numbers:Executor", "fiber", "'numbers'", "fiber")]
    public async Task Configuration_Wrong_IsRefusedBeforeAnythingStarts(string key, string value, string names, string allows)
    {
        var source = new FakeSource<int>();
        var builder = HostFixture.Builder((key, value));
        builder.AddComponent<int>("numbers", (_, _) => source, (_, _) => default);
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync()).Within("the host refuses");

        Assert.Contains(names, refused.Message, StringComparison.Ordinal);
        Assert.Contains(allows, refused.Message, StringComparison.Ordinal);
        Assert.Null(source.StartedOn);
    }

    [Fact]
    public async Task Capacity_SourceIsMadeWithoutOptions_IsRefusedInsteadOfIgnored()
    {
        var builder = HostFixture.Builder(("Components:numbers:Capacity", "7"));
        builder.AddComponent<int>("numbers", _ => new FakeSource<int>(), (_, _) => default);
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync()).Within("the host refuses");

        Assert.Contains("capacity of 7", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddComponent_NameTaken_IsRefused()
    {
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("numbers", _ => new FakeSource<int>(), (_, _) => default);

        Assert.Throws<ArgumentException>(() =>
            builder.AddComponent<int>("Numbers", _ => new FakeSource<int>(), (_, _) => default));
    }

    [Theory]
    [InlineData("pool:3")]
    [InlineData("thread")]
    public void AddExecutor_NameIsASpecification_IsRefused(string name)
    {
        var refused = Assert.Throws<ArgumentException>(() => HostFixture.Builder().AddExecutor(name, "thread"));

        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
    }

    private sealed class Seen
    {
        public List<Probe> Probes { get; } = [];
    }

    private sealed class Probe : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class ProbeHandler(Seen seen, Probe probe) : IEventHandler<int>
    {
        public ValueTask HandleAsync(int item, CancellationToken cancellationToken)
        {
            seen.Probes.Add(probe);
            return default;
        }
    }
}
