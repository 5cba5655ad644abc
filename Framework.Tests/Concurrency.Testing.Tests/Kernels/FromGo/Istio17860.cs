using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// istio/istio 17853, 17860; a channel. An agent starts a proxy per epoch; a proxy that ends tells the agent's loop how. When the loop has
/// been cancelled, nobody takes that, and the proxy's watcher hangs. Of the pull request only the text was found; the rest is from
/// its class (a channel, with a select, a lock, a context). Corrected: there is room for the end of every epoch.
/// </summary>
internal sealed class Istio17860(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private const int Epochs = 2;
    private readonly BoundedChannel<int> _ended = Channel<int>(isFixed ? Epochs : 0);
    private readonly AsyncLock _lock = new();
    private readonly HashSet<int> _active = [];
    private readonly CancellationTokenSource _agent = new();

    public override async Task RunAsync()
    {
        var loop = Go(LoopAsync);
        var proxies = new Task[Epochs];
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            proxies[epoch] = await StartAsync(epoch);
        }

        _agent.Cancel();
        await loop;
        await Task.WhenAll(proxies);
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                var epoch = await _ended.Reader.ReadAsync(_agent.Token);
                using (await _lock.LockAsync())
                {
                    _active.Remove(epoch);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<Task> StartAsync(int epoch)
    {
        using (await _lock.LockAsync())
        {
            _active.Add(epoch);
        }

        return Go(() => _ended.Writer.WriteAsync(epoch).AsTask());
    }
}
