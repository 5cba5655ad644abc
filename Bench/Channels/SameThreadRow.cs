using System.Threading.Channels;
using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Channels;

/// <summary>One thread writes an item, waits for it and reads it: no contention, no waiting.</summary>
internal sealed class SameThreadRow : ThroughputRow
{
    // Short calls: the runtime optimises a method fully after some calls of it.
    private const int Chunk = 1000;

    public override RowFacts Facts { get; } = new("channels.same-thread", "ns/item", 1.0);

    protected override long Grain => Chunk;

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours
        ? RunAsync<OursSide>(operations)
        : RunAsync<InBoxSide>(operations);

    private static async Task RunAsync<TSide>(long operations)
        where TSide : struct, IChannelSide
    {
        var channel = TSide.Create(1024);
        for (var done = 0L; done < operations; done += Chunk)
        {
            await PassAsync<TSide>(channel);
        }
    }

    private static async Task PassAsync<TSide>(Channel<int> channel)
        where TSide : struct, IChannelSide
    {
        for (var i = 0; i < Chunk; i++)
        {
            if (!channel.Writer.TryWrite(i) || !await channel.Reader.WaitToReadAsync()
                || !channel.Reader.TryRead(out var read) || read != i)
            {
                throw new InvalidOperationException($"The item {i} did not pass through an empty channel.");
            }
        }
    }
}
