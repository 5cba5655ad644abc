using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>One watcher of a <see cref="WatchChannel{T}"/>; it remembers which change it has seen.</summary>
public sealed class WatchSubscription<T> : IDisposable
{
    private readonly WatchChannel<T> _watched;
    private readonly BroadcastSubscription<T> _changes;

    internal WatchSubscription(WatchChannel<T> watched, BroadcastSubscription<T> changes)
    {
        _watched = watched;
        _changes = changes;
    }

    /// <summary>The newest value; looking at it does not count as having seen the change.</summary>
    public T Value => _watched.Value;

    /// <summary>Whether there is a change that this watcher has not seen.</summary>
    public bool HasChanged => Reader.Count != 0;

    /// <summary>The changes as a reader of channels sees them: the newest value that this watcher has not seen, and the end of the channel.</summary>
    public ChannelReader<T> Reader => _changes.Reader;

    /// <summary>Waits for a change that this watcher has not seen, and returns the newest value.</summary>
    /// <param name="cancellationToken">Ends the wait; the change is not seen then.</param>
    /// <exception cref="ChannelClosedException">The channel was completed, or the subscription disposed of (through the task).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled (through the task).</exception>
    public ValueTask<T> WaitForChangeAsync(CancellationToken cancellationToken = default) => Reader.ReadAsync(cancellationToken);

    /// <summary>Ends the subscription.</summary>
    public void Dispose() => _changes.Dispose();
}
