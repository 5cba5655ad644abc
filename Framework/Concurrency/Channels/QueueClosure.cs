using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>Why a queue takes no more items.</summary>
internal sealed class QueueClosure(string? name, Exception? error) : ChannelClosure(error)
{
    private protected override ChannelClosedException ToClosedError() => new QueueShutDownException(
        $"The queue{(name is null ? string.Empty : $" '{name}'")} is shut down: it takes no more items, and a get ends when nothing is left inside. Stop putting and getting.",
        Error);
}
