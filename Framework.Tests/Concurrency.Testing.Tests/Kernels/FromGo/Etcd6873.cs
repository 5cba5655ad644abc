using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 6873; a channel and a lock. Stopping the broadcasts of a watch proxy holds their lock while it waits for the loop that
/// coalesces them; a loop that has just taken an update needs the lock. Corrected: the wait is outside of the lock.
/// </summary>
internal sealed class Etcd6873(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly BoundedChannel<int> _updates = Channel<int>(1);
    private readonly AsyncManualResetEvent _done = new();

    public override async Task RunAsync()
    {
        var loop = Go(CoalesceAsync);
        var update = Go(UpdateAsync);
        await StopAsync();
        await Task.WhenAll(loop, update);
    }

    private async Task CoalesceAsync()
    {
        await foreach (var _ in _updates.Reader.ReadAllAsync())
        {
            using (await _lock.LockAsync())
            {
            }
        }

        _done.Set();
    }

    private async Task UpdateAsync()
    {
        using (await _lock.LockAsync())
        {
            _updates.Writer.TryWrite(0);
        }
    }

    private async Task StopAsync()
    {
        using (await _lock.LockAsync())
        {
            _updates.Writer.Complete();
            if (!IsFixed)
            {
                await _done.WaitAsync();
            }
        }

        await _done.WaitAsync();
    }
}
