namespace Concurrency.Channels;

/// <summary>A channel of any item type, as its meter sees it.</summary>
internal interface IChannelMeasured
{
    ChannelStatistics Statistics { get; }
}
