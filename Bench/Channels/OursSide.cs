using System.Threading.Channels;
using Concurrency.Channels;

namespace Concurrency.Bench.Channels;

internal readonly struct OursSide : IChannelSide
{
    public static Channel<int> Create(int capacity) => BoundedChannel.Create<int>(capacity);
}
