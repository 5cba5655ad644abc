using System.Diagnostics;
using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>The writing side of a broadcast.</summary>
[DebuggerDisplay("{Core.Statistics}")]
internal sealed class BroadcastWriter<T>(BroadcastCore<T> core) : ChannelWriter<T>
{
    public BroadcastCore<T> Core => core;

    public override bool TryComplete(Exception? error = null) => core.TryClose(error);

    public override bool TryWrite(T item) => core.TryPublish(item);

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) => core.PublishAsync(item, cancellationToken);

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => core.WaitToPublishAsync(cancellationToken);
}
