using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Services.Tests;

/// <summary>Notes when it is stopped.</summary>
internal sealed class OrderedSource(string name, List<string> order) : IEventSource<int>
{
    private readonly FakeSource<int> _inner = new();

    public string Name => name;

    public ChannelReader<int> Events => _inner.Events;

    public SourceStatistics Statistics => _inner.Statistics;

    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) => _inner.StartAsync(executor, cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        order.Add(name);
        return _inner.StopAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
