using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 862; a channel and a context. Dialling with a context that is cancelled gives an error and no connection, but what has been
/// started to connect goes on trying. Corrected: dialling that fails closes what it had begun.
/// </summary>
internal sealed class Grpc862(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly CancellationTokenSource _context = new();
    private readonly CancellationTokenSource _connection = new();
    private readonly TaskCompletionSource _connected = new();

    public override async Task RunAsync()
    {
        var cancel = Go(CancelAsync);
        if (await DialAsync())
        {
            _connection.Cancel();
        }

        await cancel;
    }

    private async Task CancelAsync()
    {
        await Executor.Yield();
        _context.Cancel();
    }

    private async Task<bool> DialAsync()
    {
        _ = Go(ConnectAsync);
        try
        {
            await _connected.Task.WaitAsync(_context.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            if (IsFixed)
            {
                _connection.Cancel();
            }

            return false;
        }
    }

    private async Task ConnectAsync()
    {
        try
        {
            for (var attempt = 0; !_connection.IsCancellationRequested; attempt++)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), Sim.Clock, _connection.Token);
                if (attempt == 0)
                {
                    _connected.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
