using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// A driver is stopped while a request begins: the request looks whether the driver stops, and only then counts itself in, so the driver
/// can stop in between. Corrected: it counts itself in first, and out again if the driver stops.
/// </summary>
internal sealed class Bluetooth(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncManualResetEvent _idle = new();
    private readonly Atomic<bool> _stopping = new(false);
    private readonly Atomic<bool> _stopped = new(false);
    private int _pending = 1;

    public override Task RunAsync() => Task.WhenAll(Go(RequestAsync), Go(StopAsync));

    private async Task RequestAsync()
    {
        if (IsFixed)
        {
            await EnterAsync();
        }

        if (await _stopping.ReadAsync())
        {
            if (IsFixed)
            {
                Leave();
            }

            return;
        }

        if (!IsFixed)
        {
            await EnterAsync();
        }

        Assert.False(await _stopped.ReadAsync(), "A request runs in a driver that has stopped.");
        Leave();
    }

    private async Task StopAsync()
    {
        await _stopping.WriteAsync(true);
        Leave();
        await _idle.WaitAsync();
        await _stopped.WriteAsync(true);
    }

    private async Task EnterAsync()
    {
        await Executor.Yield();
        _pending++;
    }

    private void Leave()
    {
        if (--_pending == 0)
        {
            _idle.Set();
        }
    }
}
