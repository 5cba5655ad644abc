using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 2367, 2371; a closed channel. Closing a client connection takes its balancer away and closes it while the resolver's watcher
/// gives the same balancer new addresses: it finds none, or a closed one. The text was found, the pull request's not. Corrected:
/// the watcher hands over under the lock, and only to a balancer that is there.
/// </summary>
internal sealed class Grpc2371(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly BoundedChannel<string> _addresses = Channel<string>(1);
    private readonly Shared<BoundedChannel<string>?> _balancer = sim.Shared<BoundedChannel<string>?>(null, "balancer");

    public override async Task RunAsync()
    {
        await _balancer.WriteAsync(_addresses);
        await Task.WhenAll(Go(WatchAsync), Go(BalanceAsync), Go(CloseAsync));
    }

    private async Task BalanceAsync()
    {
        await foreach (var _ in _addresses.Reader.ReadAllAsync())
        {
        }
    }

    private async Task WatchAsync()
    {
        using (IsFixed ? await _lock.LockAsync() : null)
        {
            var balancer = await _balancer.ReadAsync();
            if (balancer is not null)
            {
                await balancer.Writer.WriteAsync("10.0.0.1");
            }
        }
    }

    private async Task CloseAsync()
    {
        using (await _lock.LockAsync())
        {
            var balancer = await _balancer.ReadAsync();
            await _balancer.WriteAsync(null);
            balancer!.Writer.Complete();
        }
    }
}
