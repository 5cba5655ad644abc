using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 6181; a reader that reads again. A look-up in the cache of ranges writes, when much is logged, the cache's text
/// into the log while it holds the read lock; the text takes it again. Another look-up that waits to add what it found comes in between.
/// Corrected: the text is made without the lock, by those who have it.
/// </summary>
internal sealed class Cockroach6181(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncReaderWriterLock _cache = new();
    private readonly AsyncCountdownEvent _ended = new(3);
    private readonly HashSet<int> _ranges = [];

    public override async Task RunAsync()
    {
        for (var range = 0; range < 3; range++)
        {
            var wanted = range;
            _ = Go(() => LookUpAsync(wanted));
        }

        await _ended.WaitAsync();
    }

    private async Task LookUpAsync(int range)
    {
        bool isThere;
        using (await _cache.ReaderLockAsync())
        {
            isThere = _ranges.Contains(range);
            using (IsFixed ? null : await _cache.ReaderLockAsync())
            {
                _ = string.Join(',', _ranges);
            }
        }

        if (!isThere)
        {
            using (await _cache.WriterLockAsync())
            {
                _ranges.Add(range);
            }
        }

        _ended.Signal();
    }
}
