using Concurrency.Bench.Ratios;
using Concurrency.Coordination;

namespace Concurrency.Bench.Coordination;

/// <summary>One task takes a lock that nobody else wants, and releases it; the plain way is a semaphore of one.</summary>
internal sealed class LockRow : ThroughputRow
{
    private const int Chunk = 1000;

    private readonly AsyncLock _ours = new();
    private readonly SemaphoreSlim _baseline = new(1);
    private long _count;

    public override RowFacts Facts { get; } = new("coordination.lock-uncontended", "ns/lock", 1.0);

    protected override long Grain => Chunk;

    protected override async Task RunAsync(Side side, long operations)
    {
        for (var done = 0L; done < operations; done += Chunk)
        {
            await (side == Side.Ours ? OursAsync() : BaselineAsync());
        }
    }

    private async Task OursAsync()
    {
        for (var i = 0; i < Chunk; i++)
        {
            using (await _ours.LockAsync())
            {
                _count++;
            }
        }
    }

    private async Task BaselineAsync()
    {
        for (var i = 0; i < Chunk; i++)
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
