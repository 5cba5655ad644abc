using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>Holds one value and tells its watchers when there is a newer one; who looks late sees only the newest.</summary>
/// <remarks>
/// <para>Writing never waits and is never refused until the channel is completed: no watcher holds the writer back. Each write is a
/// change, also one of an equal value.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
/// <typeparam name="T">Best an immutable type: the value is shared by all watchers.</typeparam>
public sealed class WatchChannel<T> : IInterleaved
{
    private static readonly BoundedChannelPolicy s_newestOnly = new(1) { FullMode = ChannelFullMode.DropOldest };

    private readonly BroadcastCore<T> _core;

    /// <summary>Makes a channel with a first value.</summary>
    public WatchChannel(T value)
    {
        _core = new BroadcastCore<T>(new CopyingRoute<T>(), waitsForSubscribers: false) { Latest = value };
        Writer = new BroadcastWriter<T>(_core);
    }

    /// <summary>The newest value; it stays readable after the channel was completed.</summary>
    public T Value => _core.Latest;

    /// <summary>Takes new values.</summary>
    public ChannelWriter<T> Writer { get; }

    /// <summary>How many watchers there are.</summary>
    public int Watchers => _core.Statistics.Subscribers;

    object IInterleaved.Resource => _core;

    /// <summary>Adds a watcher.</summary>
    /// <param name="withCurrent">Whether the value of this moment counts as a change that the watcher has not seen yet.</param>
    public WatchSubscription<T> Subscribe(bool withCurrent = false) => new(this, _core.Subscribe(s_newestOnly, null, withCurrent));
}
