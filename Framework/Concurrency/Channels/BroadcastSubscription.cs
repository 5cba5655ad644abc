using System.Diagnostics;
using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>One subscriber of a broadcast: a bounded channel of its own, until it is disposed of.</summary>
[DebuggerDisplay("{Statistics}")]
public sealed class BroadcastSubscription<T> : IDisposable
{
    private readonly BroadcastCore<T> _broadcast;
    private readonly BoundedChannel<T> _channel;

    internal BroadcastSubscription(BroadcastCore<T> broadcast, BoundedChannel<T> channel)
    {
        _broadcast = broadcast;
        _channel = channel;
    }

    /// <summary>The items of this subscriber; ends as the broadcast ends, or when the subscription does.</summary>
    public ChannelReader<T> Reader => _channel.Reader;

    /// <summary>How many items wait, and what the policy does when it is full.</summary>
    public BoundedChannelPolicy Policy => _channel.Policy;

    /// <summary>What this subscriber was given, has read and has missed; a new snapshot on each call.</summary>
    public ChannelStatistics Statistics => _channel.Statistics;

    /// <summary>Tells the subscribers of one broadcast apart.</summary>
    internal int Number { get; init; }

    internal ChannelCore<T> Core => _channel.Core;

    internal ChannelWriter<T> Writer => _channel.Writer;

    /// <summary>Takes no further items; what was given can still be read, then the reader ends.</summary>
    public void Unsubscribe()
    {
        _broadcast.Remove(this);
        _channel.Writer.TryComplete();
    }

    /// <summary>Ends the subscription at once: what was not read goes to <c>onUndelivered</c>, and the reader ends.</summary>
    public void Dispose()
    {
        _broadcast.Remove(this);
        _channel.Abort();
    }
}
