using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The right of one piece of work to run, which it gives up while it waits for others.</summary>
internal sealed class DependencySlot(AsyncSemaphore? slots)
{
    private bool _isHeld;

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        if (slots is not null)
        {
            await slots.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
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

    /// <summary>Waits without holding the slot, and has it again afterwards, whatever the outcome.</summary>
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
            await TakeAsync(CancellationToken.None).ConfigureAwait(Executor.Current is not null);
        }
    }
}
