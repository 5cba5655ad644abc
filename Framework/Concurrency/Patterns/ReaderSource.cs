using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.Patterns;

/// <summary>Lets a component read any channel: stopping it only stops the reading, what is inside stays with the channel's owner.</summary>
internal sealed class ReaderSource<T>(string name, ChannelReader<T> reader) : IEventSource<T>
{
    public string Name { get; } = name;

    public ChannelReader<T> Events { get; } = reader;

    public SourceStatistics Statistics => default;

    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) => default;

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => default;

    public ValueTask DisposeAsync() => default;
}
