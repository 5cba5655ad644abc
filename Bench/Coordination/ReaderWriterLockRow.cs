using Concurrency.Bench.Ratios;
using Concurrency.Coordination;

namespace Concurrency.Bench.Coordination;

/// <summary>One task reads nine times and writes once, in turn, under a lock that nobody else wants.</summary>
/// <remarks>The plain way is the blocking reader-writer lock, which could not be held across an await.</remarks>
internal sealed class ReaderWriterLockRow : ThroughputRow
{
    private const int Chunk = 1000;

    private readonly AsyncReaderWriterLock _ours = new();
    private readonly ReaderWriterLockSlim _baseline = new();
    private long _count;
    private long _seen;

    public override RowFacts Facts { get; } = new("coordination.rwlock", "ns/lock", 1.0);

    protected override long Grain => Chunk;

    protected override async Task RunAsync(Side side, long operations)
    {
        for (var done = 0L; done < operations; done += Chunk)
        {
            if (side == Side.Ours)
            {
                await OursAsync();
            }
            else
            {
                Baseline();
            }
        }
    }

    protected override ValueTask StopAsync()
    {
        _baseline.Dispose();
        return default;
    }

    private async Task OursAsync()
    {
        for (var i = 0; i < Chunk; i++)
        {
            if (i % 10 == 0)
            {
                using (await _ours.WriterLockAsync())
                {
                    _count++;
                }
            }
            else
            {
                using (await _ours.ReaderLockAsync())
                {
                    _seen += _count;
                }
            }
        }
    }

    private void Baseline()
    {
        for (var i = 0; i < Chunk; i++)
        {
            if (i % 10 == 0)
            {
                _baseline.EnterWriteLock();
                try
                {
                    _count++;
                }
                finally
                {
                    _baseline.ExitWriteLock();
                }
            }
            else
            {
                _baseline.EnterReadLock();
                try
                {
                    _seen += _count;
                }
                finally
                {
                    _baseline.ExitReadLock();
                }
            }
        }
    }
}
