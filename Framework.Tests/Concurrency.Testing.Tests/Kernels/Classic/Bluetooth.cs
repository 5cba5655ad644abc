using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// A driver is stopped while a request begins: the request looks whether the driver stops, and only then counts itself in, so the driver
/// can stop in between. Corrected: it counts itself in first, and out again if the driver stops.
/// </summary>
internal sealed class Bluetooth(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncManualResetEvent _idle = new();
    private readonly Racy<bool> _stopping = new(false);
    private readonly Racy<bool> _stopped = new(false);
    private int _pending = 1;

    public override Task RunAsync() => Task.WhenAll(Go(RequestAsync), Go(StopAsync));

    private async Task RequestAsync()
    {
        if (IsFixed)
        {
            _pending++;
        }

        if (await _stopping.ReadAsync())
        {
            Leave(IsFixed);
            return;
        }

        if (!IsFixed)
        {
            _pending++;
        }

        Assert.False(await _stopped.ReadAsync(), "A request runs in a driver that has stopped.");
        Leave(true);
    }

    private async Task StopAsync()
    {
        await _stopping.WriteAsync(true);
        Leave(true);
        await _idle.WaitAsync();
        await _stopped.WriteAsync(true);
    }

    private void Leave(bool wasIn)
    {
        if (wasIn && --_pending == 0)
        {
            _idle.Set();
        }
    }
}
