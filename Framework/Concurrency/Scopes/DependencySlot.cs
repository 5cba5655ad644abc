using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The right of one piece of work to run, which it gives up while it waits for others.</summary>
internal sealed class DependencySlot(AsyncSemaphore? slots, CancellationToken stopping)
{
    private bool _isHeld;

    public async Task TakeAsync()
    {
        if (slots is not null)
        {
            await slots.WaitAsync(stopping).ConfigureAwait(Executor.Current is not null);
            _isHeld = true;
        }
    }

    public void Release()
    {
        if (_isHeld)
        {
            _isHeld = false;
            slots!.Release();
        }
    }

    /// <summary>Waits without holding the slot, and has it again afterwards, whatever the outcome, unless the work is stopped.</summary>
    /// <remarks>Work that is stopped does not stand in line once more: who has stopped it would wait for other work to end.</remarks>
    public async Task WaitAsync(Task wait)
    {
        if (slots is null || wait.IsCompleted)
        {
            await wait.ConfigureAwait(Executor.Current is not null);
            return;
        }

        Release();
        try
        {
            await wait.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            await TakeAsync().ConfigureAwait(Executor.Current is not null);
        }
    }
}
