using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 3077; a wrong channel. No description was found, but 3114, which follows it, tidies how a raft node starts and stops; from
/// that and the class: the channel that says that the loop has ended is made by the loop itself, and who stops the node before the loop has
/// begun finds none. Corrected: it is made before the loop is started.
/// </summary>
internal sealed class Etcd3077(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly Shared<AsyncManualResetEvent?> _done = sim.Shared(isFixed ? new AsyncManualResetEvent() : null, "done");
    private readonly AsyncManualResetEvent _stop = new();

    public override Task RunAsync() => Task.WhenAll(Go(LoopAsync), Go(StopAsync));

    private async Task LoopAsync()
    {
        if (!IsFixed)
        {
            await _done.WriteAsync(new AsyncManualResetEvent());
        }

        await _stop.WaitAsync();
        (await _done.ReadAsync())!.Set();
    }

    private async Task StopAsync()
    {
        _stop.Set();
        var done = await _done.ReadAsync();
        Assert.NotNull(done);
        await done.WaitAsync();
    }
}
