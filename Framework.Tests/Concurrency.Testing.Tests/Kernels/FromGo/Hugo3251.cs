using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// gohugoio/hugo 3211, 3251; two locks in two orders. Each remote resource has a lock of its own in a table under a reader-writer lock. Who
/// waits for the lock of a resource is a reader of the table meanwhile; who has it must read the table to give it back, and cannot while
/// somebody waits to write the lock of a third resource into the table. Corrected: the table is left before the wait.
/// </summary>
internal sealed class Hugo3251(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncReaderWriterLock _table = new();
    private readonly Dictionary<string, AsyncLock> _locks = [];

    public override Task RunAsync() => Task.WhenAll(Go(() => GetAsync("one")), Go(() => GetAsync("one")), Go(() => GetAsync("other")));

    private async Task GetAsync(string address)
    {
        var key = await LockAsync(address);
        using (await _table.ReaderLockAsync())
        {
            key.Dispose();
        }
    }

    private async Task<IDisposable> LockAsync(string address)
    {
        var reading = await _table.ReaderLockAsync();
        if (!_locks.TryGetValue(address, out var found))
        {
            reading.Dispose();
            using (await _table.WriterLockAsync())
            {
                _locks.TryAdd(address, new AsyncLock());
                found = _locks[address];
            }

            reading = await _table.ReaderLockAsync();
        }

        if (IsFixed)
        {
            reading.Dispose();
            return await found.LockAsync();
        }

        using (reading)
        {
            return await found.LockAsync();
        }
    }
}
