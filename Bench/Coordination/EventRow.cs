using Concurrency.Bench.Ratios;
using Concurrency.Coordination;

namespace Concurrency.Bench.Coordination;

/// <summary>Two tasks signal each other in turn; the plain way is a pair of semaphores that begin at none.</summary>
internal sealed class EventRow : ThroughputRow
{
    public override RowFacts Facts { get; } = new("coordination.event", "ns/turn", 1.0);

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours ? OursAsync(operations) : BaselineAsync(operations);

    private static async Task OursAsync(long operations)
    {
        var ping = new AsyncAutoResetEvent();
        var pong = new AsyncAutoResetEvent();
        var other = Task.Run(() => PlayAsync(ping, pong, operations));
        ping.Set();
        await PlayAsync(pong, ping, operations);
        await other;

        static async Task PlayAsync(AsyncAutoResetEvent mine, AsyncAutoResetEvent theirs, long operations)
        {
            for (var i = 0L; i < operations; i++)
            {
                await mine.WaitAsync();
                theirs.Set();
            }
        }
    }

    private static async Task BaselineAsync(long operations)
    {
        using var ping = new SemaphoreSlim(0);
        using var pong = new SemaphoreSlim(0);
        var other = Task.Run(() => PlayAsync(ping, pong, operations));
        ping.Release();
        await PlayAsync(pong, ping, operations);
        await other;

        static async Task PlayAsync(SemaphoreSlim mine, SemaphoreSlim theirs, long operations)
        {
            for (var i = 0L; i < operations; i++)
            {
                await mine.WaitAsync();
                theirs.Release();
            }
        }
    }
}
