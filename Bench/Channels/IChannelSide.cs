using System.Threading.Channels;

namespace Concurrency.Bench.Channels;

/// <summary>Makes the channels of one side; implemented by structs, so that shared code is compiled per side.</summary>
internal interface IChannelSide
{
    static abstract Channel<int> Create(int capacity);
}
