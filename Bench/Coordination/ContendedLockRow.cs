using Concurrency.Bench.Ratios;
using Concurrency.Coordination;

namespace Concurrency.Bench.Coordination;

/// <summary>Eight tasks take one lock again and again; the plain way is a semaphore of one.</summary>
internal sealed class ContendedLockRow : ThroughputRow
{
    private const int Tasks = 8;

    private readonly AsyncLock _ours = new();
    private readonly SemaphoreSlim _baseline = new(1);
    private long _count;

    public override RowFacts Facts { get; } = new("coordination.lock-contended-8", "ns/lock", 1.0);

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
            using (await _ours.LockAsync())
            {
                _count++;
            }
        }
    }

    private async Task BaselineAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await _baseline.WaitAsync();
            try
            {
                _count++;
            }
            finally
            {
                _baseline.Release();
            }
        }
    }
}
