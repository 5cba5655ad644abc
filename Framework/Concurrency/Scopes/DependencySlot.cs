using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The right of one piece of work to run, which it gives up as long as it waits for others.</summary>
/// <remarks>
/// Work may wait for several keys at the same moment: it has the slot again when the last of these waits has ended. Were it the first,
/// work that waits for all of them would keep others from running that it still waits for.
/// </remarks>
internal sealed class DependencySlot(AsyncSemaphore? slots, CancellationToken stopping)
{
    private readonly QuietLock _gate = new();
    private TaskCompletionSource? _taking;
    private int _waits;
    private bool _isHeld;
    private bool _hasEnded;

    /// <summary>Takes the slot, unless the work has it, has ended, or waits.</summary>
    public async Task TakeAsync()
    {
        if (slots is null)
        {
            return;
        }

        TaskCompletionSource taking;
        bool isFirst;
        using (_gate.EnterScope())
        {
            if (_isHeld || _hasEnded || _waits > 0)
            {
                return;
            }

            isFirst = _taking is null;
            taking = _taking ??= new TaskCompletionSource(Interleaving.CompletionOptions);
        }

        // One stands in line for all: a second place in it would be behind the work itself.
        if (isFirst)
        {
            await StandInLineAsync(slots, taking).ConfigureAwait(Executor.Current is not null);
        }
        else
        {
            await taking.Task.ConfigureAwait(Executor.Current is not null);
            stopping.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Gives the slot up for ever: the work has ended.</summary>
    public void Release()
    {
        bool wasHeld;
        using (_gate.EnterScope())
        {
            _hasEnded = true;
            (wasHeld, _isHeld) = (_isHeld, false);
        }

        if (wasHeld)
        {
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

        BeginWait();
        try
        {
            await wait.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            using (_gate.EnterScope())
            {
                _waits--;
            }

            await TakeAsync().ConfigureAwait(Executor.Current is not null);
        }
    }

    private void BeginWait()
    {
        bool wasHeld;
        using (_gate.EnterScope())
        {
            _waits++;
            (wasHeld, _isHeld) = (_isHeld, false);
        }

        if (wasHeld)
        {
            slots!.Release();
        }
    }

    private async Task StandInLineAsync(AsyncSemaphore line, TaskCompletionSource taking)
    {
        var isTaken = false;
        try
        {
            await line.WaitAsync(stopping).ConfigureAwait(Executor.Current is not null);
            isTaken = true;
        }
        finally
        {
            bool isTooLate;
            using (_gate.EnterScope())
            {
                _taking = null;
                isTooLate = _hasEnded || _waits > 0;
                _isHeld = isTaken && !isTooLate;
            }

            if (isTaken && isTooLate)
            {
                line.Release();
            }

            taking.TrySetResult();
        }
    }
}
