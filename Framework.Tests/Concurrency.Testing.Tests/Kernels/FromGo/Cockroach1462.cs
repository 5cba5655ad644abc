using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 1458, 1462; a channel and a wait group. A transport hands messages on to a receiver; both are workers that leave
/// when the stopper says so. If the receiver leaves while the transport hands over, the transport never does. Corrected: handing over is a
/// task, and a stopper tells workers to leave when its tasks have ended.
/// </summary>
internal sealed class Cockroach1462(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncCountdownEvent _tasks = new(0);
    private readonly AsyncCountdownEvent _workers = new(2);
    private readonly BoundedChannel<int> _events = Channel<int>(2);
    private readonly BoundedChannel<int> _messages = Channel<int>();
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDraining;

    public override async Task RunAsync()
    {
        _ = Go(() => WorkAsync(_events, HandOverAsync));
        _ = Go(() => WorkAsync(_messages, _ => Task.CompletedTask));
        await _events.Writer.WriteAsync(1);
        await _events.Writer.WriteAsync(2);
        using (await _lock.LockAsync())
        {
            _isDraining = true;
        }

        await _tasks.WaitAsync();
        _stopping.Cancel();
        await _workers.WaitAsync();
    }

    private async Task WorkAsync(BoundedChannel<int> from, Func<int, Task> handle)
    {
        try
        {
            while (true)
            {
                await handle(await from.Reader.ReadAsync(_stopping.Token));
            }
        }
        catch (OperationCanceledException)
        {
            _workers.Signal();
        }
    }

    private async Task HandOverAsync(int message)
    {
        if (!IsFixed)
        {
            await _messages.Writer.WriteAsync(message);
        }
        else if (await TryStartTaskAsync())
        {
            await _messages.Writer.WriteAsync(message);
            _tasks.Signal();
        }
    }

    private async Task<bool> TryStartTaskAsync()
    {
        using (await _lock.LockAsync())
        {
            if (!_isDraining)
            {
                _tasks.AddCount();
            }

            return !_isDraining;
        }
    }
}
