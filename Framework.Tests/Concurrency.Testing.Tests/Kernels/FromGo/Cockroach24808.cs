using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 24808; a channel. Starting the compactor puts a first wake-up into a channel with room for one; when a suggestion
/// has come before, it waits for a loop that is not started yet. Corrected: one wake-up is enough.
/// </summary>
internal sealed class Cockroach24808(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly BoundedChannel<int> _wakeUps = Channel<int>(1);
    private readonly CancellationTokenSource _stop = new();

    public override async Task RunAsync()
    {
        var suggestion = Go(() => Task.FromResult(_wakeUps.Writer.TryWrite(0)));
        if (!IsFixed)
        {
            await _wakeUps.Writer.WriteAsync(0);
        }
        else
        {
            _wakeUps.Writer.TryWrite(0);
        }

        var loop = Go(LoopAsync);
        await suggestion;
        _stop.Cancel();
        await loop;
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await _wakeUps.Reader.ReadAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
