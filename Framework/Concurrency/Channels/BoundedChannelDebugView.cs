using System.Diagnostics;

namespace Concurrency.Channels;

/// <summary>What a debugger shows of a <see cref="BoundedChannel{T}"/>.</summary>
internal sealed class BoundedChannelDebugView<T>(BoundedChannel<T> channel)
{
    public BoundedChannelPolicy Policy => channel.Policy;

    public ChannelStatistics Statistics => channel.Statistics;

    public Task Completion => channel.Reader.Completion;

    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public T[] Items => channel.CopyItems();
}
