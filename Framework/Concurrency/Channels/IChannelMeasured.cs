using Concurrency.Diagnostics;

namespace Concurrency.Channels;

/// <summary>A channel of any item type, as its meter and a snapshot see it.</summary>
internal interface IChannelMeasured : ILiveObject
{
    ChannelStatistics Statistics { get; }
}
