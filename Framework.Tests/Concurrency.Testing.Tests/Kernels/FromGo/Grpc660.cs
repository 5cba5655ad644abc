using Concurrency.Channels;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 660; a channel. A benchmark's client makes each call beside its loop and is told when it is over; when the loop was stopped
/// meanwhile, nobody takes that, and the call hangs. Corrected: telling ends with the loop.
/// </summary>
internal sealed class Grpc660(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly BoundedChannel<bool> _over = Channel<bool>();
    private readonly CancellationTokenSource _stop = new();

    public override async Task RunAsync()
    {
        var loop = Go(LoopAsync);
        await PauseAsync(TimeSpan.FromMicroseconds(0.3));
        _stop.Cancel();
        await loop;
    }

    private async Task LoopAsync()
    {
        for (var call = 0; call < 4; call++)
        {
            _ = Go(CallAsync);
            try
            {
                await _over.Reader.ReadAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CallAsync()
    {
        await Executor.Yield();
        try
        {
            await _over.Writer.WriteAsync(true, IsFixed ? _stop.Token : CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
