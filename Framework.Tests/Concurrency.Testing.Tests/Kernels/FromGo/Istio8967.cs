using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// istio/istio 8966, 8967; a channel that is nil. Stopping a source of files closes the channel that its loop watches, and then sets the
/// field to nil; a loop that reads the field after that waits for a channel which nobody can close. Corrected: the field stays.
/// </summary>
internal sealed class Istio8967(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly Shared<CancellationTokenSource?> _done = sim.Shared<CancellationTokenSource?>(new CancellationTokenSource(), "done");
    private readonly BoundedChannel<int> _events = Channel<int>(2);

    public override async Task RunAsync()
    {
        var loop = Go(LoopAsync);
        await _events.Writer.WriteAsync(1);
        await _events.Writer.WriteAsync(2);
        (await _done.ReadAsync())!.Cancel();
        if (!IsFixed)
        {
            await _done.WriteAsync(null);
        }

        await loop;
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                var done = await _done.ReadAsync();
                await _events.Reader.ReadAsync(done?.Token ?? CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
