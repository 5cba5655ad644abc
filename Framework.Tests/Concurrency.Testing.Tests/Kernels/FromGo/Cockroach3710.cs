using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 3694, 3710; a reader that reads again. Scanning a store's replicas holds its read lock and offers each to the queue
/// of raft logs, which has a lock of its own and asks the store again; a store that waits to add a replica in between stops all. Corrected:
/// the replicas are copied, and offered without the lock.
/// </summary>
internal sealed class Cockroach3710(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncReaderWriterLock _store = new();
    private readonly AsyncLock _queue = new();
    private readonly List<int> _replicas = [1, 2];

    public override Task RunAsync() => Task.WhenAll(Go(ScanAsync), Go(AddAsync), Go(() => OfferAsync(1)));

    private async Task ScanAsync()
    {
        var reading = await _store.ReaderLockAsync();
        var replicas = _replicas.ToArray();
        if (IsFixed)
        {
            reading.Dispose();
        }

        foreach (var replica in replicas)
        {
            await OfferAsync(replica);
        }

        reading.Dispose();
    }

    private async Task OfferAsync(int replica)
    {
        using (await _queue.LockAsync())
        using (await _store.ReaderLockAsync())
        {
            Assert.Contains(replica, _replicas);
        }
    }

    private async Task AddAsync()
    {
        using (await _store.WriterLockAsync())
        {
            _replicas.Add(3);
        }
    }
}
