using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>Reads a channel's statistics through its reader.</summary>
public static class ChannelReaderStatisticsExtensions
{
    /// <summary>The statistics of the channel behind a reader; null when the channel is not a <see cref="BoundedChannel{T}"/>.</summary>
    public static ChannelStatistics? GetStatistics<T>(this ChannelReader<T> reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return (reader as BoundedChannelReader<T>)?.Core.Statistics;
    }
}
