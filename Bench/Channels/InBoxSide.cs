using System.Threading.Channels;

namespace Concurrency.Bench.Channels;

internal readonly struct InBoxSide : IChannelSide
{
    public static Channel<int> Create(int capacity) => Channel.CreateBounded<int>(capacity);
}
