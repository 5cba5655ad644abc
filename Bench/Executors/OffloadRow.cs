using Concurrency.Bench.Ratios;
using Concurrency.Bridging;

namespace Concurrency.Bench.Executors;

/// <summary>One caller after the other moves a call that takes 10 microseconds off its thread and awaits it; the plain way is <c>Task.Run</c>.</summary>
internal sealed class OffloadRow : ThroughputRow
{
    private static readonly TimeSpan s_call = TimeSpan.FromMicroseconds(10);

    public override RowFacts Facts { get; } = new("executors.offload", "ns/call", 0.9);

    protected override ValueTask StopAsync() => new(BlockingWork.StopAsync(Timeout.InfiniteTimeSpan));

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours ? OursAsync(operations) : BaselineAsync(operations);

    private static async Task OursAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await BlockingWork.RunAsync(Block);
        }
    }

    private static async Task BaselineAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await Task.Run(Block);
        }
    }

    private static void Block()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < s_call)
        {
            // Holds its thread for a known time: a sleep takes whatever the kernel's timers take.
        }
    }
}
