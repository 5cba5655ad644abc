using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Channels;

/// <summary>Four writers, four readers, 1024 places.</summary>
internal sealed class MpmcRow : ThroughputRow
{
    public override RowFacts Facts { get; } = new("channels.mpmc-4x4", "ns/item", 1.0);

    protected override long Grain => 4;

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours
        ? Transfer<OursSide>.RunAsync(1024, 4, 4, operations)
        : Transfer<InBoxSide>.RunAsync(1024, 4, 4, operations);
}
