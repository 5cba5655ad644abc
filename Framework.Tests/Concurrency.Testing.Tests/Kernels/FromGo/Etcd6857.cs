using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 6855, 6857; a channel. Asking a raft node for its status sends a request to the node's loop and waits for the answer; when
/// the node was stopped, no loop is there to take it, and the caller hangs. Corrected: a stopped node gives an empty status.
/// </summary>
internal sealed class Etcd6857(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly BoundedChannel<BoundedChannel<string>> _requests = Channel<BoundedChannel<string>>();
    private readonly BoundedChannel<int> _stop = Channel<int>();
    private readonly CancellationTokenSource _done = new();

    public override async Task RunAsync()
    {
        var others = Task.WhenAll(Go(LoopAsync), Go(StatusAsync));
        await _stop.Writer.WriteAsync(0);
        await others;
    }

    private async Task LoopAsync()
    {
        var next = new Select<BoundedChannel<string>?>()
            .On(_requests.Reader, reply => reply)
            .On(_stop.Reader, _ => null);
        while (await next.TakeAsync() is { } reply)
        {
            await reply.Writer.WriteAsync("follower");
        }

        _done.Cancel();
    }

    private async Task StatusAsync()
    {
        var reply = Channel<string>();
        try
        {
            await _requests.Writer.WriteAsync(reply, IsFixed ? _done.Token : CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await reply.Reader.ReadAsync();
    }
}
