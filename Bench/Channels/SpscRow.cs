using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Channels;

/// <summary>One writer, one reader, 1024 places.</summary>
internal sealed class SpscRow : ThroughputRow
{
    public override RowFacts Facts { get; } = new("channels.spsc-1024", "ns/item", 1.0);

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours
        ? Transfer<OursSide>.RunAsync(1024, 1, 1, operations)
        : Transfer<InBoxSide>.RunAsync(1024, 1, 1, operations);
}
