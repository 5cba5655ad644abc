using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 4395, 4407; a wait group that grows while it is waited for. A gossip request that comes in during the shutdown
/// starts a worker when the stopper has waited for the workers already, and the worker uses what is gone. Corrected: a worker is started
/// within a task, and there are no tasks any more once the stopper drains.
/// </summary>
internal sealed class Cockroach4407(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncCountdownEvent _tasks = new(0);
    private readonly AsyncCountdownEvent _workers = new(0);
    private readonly List<Task> _started = [];
    private bool _isDraining;
    private bool _isGone;

    public override async Task RunAsync()
    {
        var request = Go(RequestAsync);
        await StopAsync();
        await request;
        await Task.WhenAll(_started);
    }

    private async Task StopAsync()
    {
        using (await _lock.LockAsync())
        {
            _isDraining = true;
        }

        await _tasks.WaitAsync();
        await _workers.WaitAsync();
        _isGone = true;
    }

    private async Task RequestAsync()
    {
        using (await _lock.LockAsync())
        {
            if (IsFixed && _isDraining)
            {
                return;
            }

            _tasks.AddCount();
        }

        _workers.AddCount();
        _started.Add(Go(WorkAsync));
        _tasks.Signal();
    }

    private async Task WorkAsync()
    {
        await Executor.Yield();
        Assert.False(_isGone, "A worker runs after the server has gone.");
        _workers.Signal();
    }
}
