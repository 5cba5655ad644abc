using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.TestSupport;

/// <summary>A source whose events a test publishes by hand.</summary>
public sealed class FakeSource<T> : IEventSource<T>
{
    private readonly BoundedChannel<T> _channel;

    public FakeSource(int capacity = 64, Action<T, DropCause>? onUndelivered = null) =>
        _channel = BoundedChannel.Create<T>(new BoundedChannelPolicy(capacity), onUndelivered);

    public string Name { get; init; } = "fake";

    public ChannelReader<T> Events => _channel.Reader;

    public ChannelWriter<T> Writer => _channel.Writer;

    public Executor? StartedOn { get; private set; }

    public Exception? StartError { get; init; }

    public int Stops { get; private set; }

    public int Disposals { get; private set; }

    public SourceStatistics Statistics
    {
        get
        {
            var channel = _channel.Statistics;
            return new SourceStatistics { Observed = channel.Written, Published = channel.Written, Undelivered = channel.Aborted };
        }
    }

    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default)
    {
        StartedOn = executor;
        return StartError is null ? default : ValueTask.FromException(StartError);
    }

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        Stops++;
        _channel.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        Disposals++;
        _channel.Abort();
        return default;
    }
}
