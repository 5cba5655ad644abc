using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 1040, 1055; a channel and a wait group. Stores that use each other are quiesced, then stopped. Quiescing waits for
/// a store's tasks, but lets new ones in afterwards; such a task asks a store that has been stopped already, and its own store waits for
/// it for ever. Corrected: a store stays closed for tasks once it was quiesced.
/// </summary>
internal sealed class Cockroach1055(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly Store[] _stores = [new(), new()];

    public override async Task RunAsync()
    {
        var workers = _stores.Select(store => Go(() => WorkAsync(store))).ToArray();
        var scanners = Task.WhenAll(Go(() => ScanAsync(_stores[0], _stores[1])), Go(() => ScanAsync(_stores[1], _stores[0])));
        foreach (var store in _stores)
        {
            await QuiesceAsync(store);
        }

        for (var index = 0; index < _stores.Length; index++)
        {
            await QuiesceAsync(_stores[index]);
            _stores[index].Stopping.Cancel();
            await workers[index];
        }

        await scanners;
    }

    private static async Task WorkAsync(Store store)
    {
        try
        {
            while (true)
            {
                var reply = await store.Requests.Reader.ReadAsync(store.Stopping.Token);
                reply.Set();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task ScanAsync(Store own, Store other)
    {
        for (var round = 0; round < 2; round++)
        {
            using (await own.Lock.LockAsync())
            {
                if (own.IsDraining)
                {
                    return;
                }

                own.Tasks.AddCount();
            }

            var reply = new AsyncManualResetEvent();
            await other.Requests.Writer.WriteAsync(reply);
            await reply.WaitAsync();
            own.Tasks.Signal();
        }
    }

    private async Task QuiesceAsync(Store store)
    {
        using (await store.Lock.LockAsync())
        {
            store.IsDraining = true;
        }

        await store.Tasks.WaitAsync();
        if (!IsFixed)
        {
            using (await store.Lock.LockAsync())
            {
                store.IsDraining = false;
            }
        }
    }

    private sealed class Store
    {
        public AsyncLock Lock { get; } = new();

        public AsyncCountdownEvent Tasks { get; } = new(0);

        public BoundedChannel<AsyncManualResetEvent> Requests { get; } = Channel<AsyncManualResetEvent>();

        public CancellationTokenSource Stopping { get; } = new();

        public bool IsDraining { get; set; }
    }
}
