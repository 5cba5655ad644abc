using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>One executor of each kind with a component that waits for events that never come.</summary>
internal sealed class IdleDaemon : IAsyncDisposable
{
    private readonly List<Executor> _executors = [];
    private readonly List<BoundedChannel<int>> _channels = [];
    private readonly List<Task> _components = [];

    public Task StartAsync()
    {
        Add(new CooperativeExecutor("idle loop"));
        Add(new DedicatedThreadExecutor("idle thread"));
        Add(new PoolExecutor("idle pool", 4));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Writer.Complete();
        }

        await Task.WhenAll(_components);
        foreach (var executor in _executors)
        {
            await executor.DisposeAsync();
        }
    }

    private void Add(Executor executor)
    {
        var channel = BoundedChannel.Create<int>(64);
        _executors.Add(executor);
        _channels.Add(channel);
        _components.Add(executor.RunAsync(async cancellationToken =>
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                channel.Reader.TryRead(out _);
            }
        }));
    }
}
