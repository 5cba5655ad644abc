using Concurrency.Bench.Ratios;
using Concurrency.Coordination;

namespace Concurrency.Bench.Coordination;

/// <summary>Eight tasks share a semaphore of four slots and hold one across a yield.</summary>
internal sealed class SemaphoreRow : ThroughputRow
{
    private const int Tasks = 8;

    private readonly AsyncSemaphore _ours = new(4);
    private readonly SemaphoreSlim _baseline = new(4);

    public override RowFacts Facts { get; } = new("coordination.semaphore", "ns/slot", 1.0);

    protected override long Grain => Tasks;

    protected override Task RunAsync(Side side, long operations)
    {
        var each = operations / Tasks;
        return Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Task.Run(() => side == Side.Ours ? OursAsync(each) : BaselineAsync(each))));
    }

    private async Task OursAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await _ours.WaitAsync();
            await Task.Yield();
            _ours.Release();
        }
    }

    private async Task BaselineAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await _baseline.WaitAsync();
            await Task.Yield();
            _baseline.Release();
        }
    }
}
