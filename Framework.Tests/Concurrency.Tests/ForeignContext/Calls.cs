using System.IO.Pipes;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Scopes;
using Concurrency.Sources;

namespace Concurrency.Tests.ForeignContext;

/// <summary>Ways to call a member so that its caller has to wait for what comes later.</summary>
internal static class Calls
{
    internal static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly string[] s_kinds = ["cooperative", "thread", "pool:1", "pool:4", "inline"];

    internal static TaskCompletionSource<int> NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static async Task<int> Endless(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        return 0;
    }

    /// <summary>The member has to wait for a task that ends after the call returned.</summary>
    internal static Task HeldAsync(Call call, Func<Task<int>, Task> member) => HeldAsync(call, member, NewGate());

    internal static async Task HeldAsync(Call call, Func<Task<int>, Task> member, TaskCompletionSource<int> gate)
    {
        var pending = call(() => member(gate.Task));
        Assert.False(pending.IsCompleted);
        gate.SetResult(1);
        await pending;
    }

    internal static async Task ReadAsync(Call call, Func<BoundedChannel<int>, Task> member)
    {
        using var channel = BoundedChannel.Create<int>(1);
        var pending = call(() => member(channel));
        Assert.False(pending.IsCompleted);
        Assert.True(channel.Writer.TryWrite(1));
        await pending;
    }

    internal static async Task WriteAsync(Call call, Func<BoundedChannel<int>, Task> member)
    {
        using var channel = BoundedChannel.Create<int>(1);
        Assert.True(channel.Writer.TryWrite(1));
        var pending = call(() => member(channel));
        Assert.False(pending.IsCompleted);
        Assert.True(channel.Reader.TryRead(out _));
        await pending;
    }

    internal static async Task EnumerateAsync(Call call)
    {
        TaskCompletionSource<int>[] gates = [NewGate(), NewGate()];
        await using var completed = Wait.AsCompletedAsync(gates.Select(g => g.Task), Long).GetAsyncEnumerator();
        foreach (var gate in gates)
        {
            var pending = call(() => completed.MoveNextAsync().AsTask());
            Assert.False(pending.IsCompleted);
            gate.SetResult(1);
            await pending;
        }

        await call(() => completed.MoveNextAsync().AsTask());
    }

    internal static async Task OnEachAsync(Func<Executor, Task> row, string[]? kinds = null)
    {
        foreach (var kind in kinds ?? s_kinds)
        {
            await using var executor = ExecutorSpec.Parse(kind).Create(kind);
            await row(executor);
        }
    }

    internal static async Task WatchAsync(Call call, Executor executor)
    {
        await using var writing = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var reading = new AnonymousPipeClientStream(PipeDirection.In, writing.ClientSafePipeHandle);
        using var readiness = executor.WatchDescriptor(reading.SafePipeHandle);
        var pending = call(() => readiness.WaitReadableAsync().AsTask());
        Assert.False(pending.IsCompleted);
        writing.WriteByte(1);
        await pending;
    }

    /// <summary>Work that runs until the gate opens; not in a queue any more, where an end of the executor would cancel it.</summary>
    internal static async Task<Task> BeginAsync(Executor executor, Task gate)
    {
        var entered = NewGate();
        var work = executor.RunAsync(async _ =>
        {
            entered.SetResult(1);
            await gate;
        });
        await entered.Task;
        return work;
    }

    internal static Component<int> ComponentOver(BoundedChannel<int> channel, Executor executor, Func<int, CancellationToken, ValueTask> handler) =>
        new("component", new ReaderSource<int>(channel.Reader), executor, handler);

    internal static async Task DrainAsync(Call call, Executor executor, bool cancelNotStarted = false)
    {
        var gate = NewGate();
        var work = await BeginAsync(executor, gate.Task);
        var pending = call(() => executor.DrainAsync(Long, cancelNotStarted));
        Assert.False(pending.IsCompleted);
        gate.SetResult(1);
        await pending;
        await work;
    }

    internal static async Task DisposeAsync(Call call, Executor executor)
    {
        var gate = NewGate();
        var work = await BeginAsync(executor, gate.Task);
        var pending = call(() => executor.DisposeAsync().AsTask());
        gate.SetResult(1);
        await pending;
        await work;
    }

    internal static async Task DisposeRegistryAsync(Call call)
    {
        var registry = new ExecutorRegistry();
        var gate = NewGate();
        var work = new List<Task>();
        foreach (var kind in s_kinds)
        {
            work.Add(await BeginAsync(registry.CreateExclusive(kind, ExecutorSpec.Parse(kind)), gate.Task));
        }

        var pending = call(() => registry.DisposeAsync().AsTask());
        gate.SetResult(1);
        await pending;
        await Task.WhenAll(work);
    }

    internal static async Task EndComponentAsync(Call call, Executor executor, Func<Component, Task> end)
    {
        using var channel = BoundedChannel.Create<int>(4);
        var gate = NewGate();
        var entered = NewGate();
        await using var component = ComponentOver(channel, executor, async (item, _) =>
        {
            entered.SetResult(item);
            await gate.Task;
        });
        await component.StartAsync();
        Assert.True(channel.Writer.TryWrite(1));
        await entered.Task;
        // The channel is ours: a component does not end it.
        channel.Writer.Complete();
        var pending = call(() => end(component));
        gate.SetResult(1);
        await pending;
    }

    internal static Task StartAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        await using var source = make();
        await call(() => source.StartAsync(executor).AsTask());
    });

    internal static Task StopAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        await using var source = make();
        await source.StartAsync(executor);
        await call(() => source.StopAsync().AsTask());
    });

    internal static Task DisposeAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        var source = make();
        await source.StartAsync(executor);
        await call(() => source.DisposeAsync().AsTask());
    });
}
