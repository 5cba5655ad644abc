using Concurrency.Channels;

namespace Concurrency.Examples.Daemon;

/// <summary>What passes through a component's channel and who waits at it.</summary>
/// <remarks>What did not get through is told once, by the source: <c>dropped</c> and <c>undelivered</c>.</remarks>
internal sealed record ChannelReport(long Written, long Read, int Depth, int HighWater, int WaitingReaders, int WaitingWriters)
{
    public static ChannelReport Of(ChannelStatistics statistics) => new(
        statistics.Written,
        statistics.Read,
        statistics.Depth,
        statistics.HighWater,
        statistics.WaitingReaders,
        statistics.WaitingWriters);
}
