using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>What the writing ends of all channels have in common: waiting for room, waiting with an item, and closing.</summary>
internal abstract class CoreWriter<T>(ChannelCore<T> core) : ChannelWriter<T>, IInterleaved
{
    object IInterleaved.Resource => core;

    protected ChannelCore<T> Core => core;

    public sealed override bool TryComplete(Exception? error = null)
    {
        Interleaving.Touch(OperationKind.Complete, core);
        return core.Ending.TryClose(error);
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, core, static (self, token) => self.WaitForRoomAsync(token), this, cancellationToken)
            : WaitForRoomAsync(cancellationToken);

    private ValueTask<bool> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        // Room first: a channel that is open after it was seen with room had room while it was open.
        if (core.SeemsToHaveRoom && core.Closure is null)
        {
            return new ValueTask<bool>(true);
        }

        ReadinessWaiter<T> waiter;
        core.Enter();
        try
        {
            if (core.Closure is { } closure)
            {
                return closure.ToEndOfWaiting();
            }

            if (core.CanWriteLocked)
            {
                return new ValueTask<bool>(true);
            }

            waiter = core.WaitForReadinessLocked(core.WriteWaits);
        }
        finally
        {
            core.Exit();
        }

        waiter.CancelWith(cancellationToken);
        return waiter.Pending;
    }

    /// <summary>Ends a <c>WriteAsync</c> after the gate was left.</summary>
    protected ValueTask ToWrite(PutOutcome outcome, WriteWaiter<T>? waiter, CancellationToken cancellationToken)
    {
        if (outcome == PutOutcome.Written)
        {
            return default;
        }

        if (outcome == PutOutcome.Closed)
        {
            return core.Closure!.ToFailedWrite();
        }

        if (waiter is null)
        {
            return ValueTask.FromException(FullError());
        }

        waiter.CancelWith(cancellationToken);
        return waiter.PendingVoid;
    }

    private ChannelFullException FullError()
    {
        var name = core.Policy.Name is { } given ? $" '{given}'" : string.Empty;
        return new ChannelFullException(core.IsRendezvous
            ? $"The rendezvous channel{name} has no waiting reader and rejects the write. Await WaitToWriteAsync, or use ChannelFullMode.Wait."
            : $"The channel{name} holds {core.Capacity} items and rejects more. Await WaitToWriteAsync, raise the capacity, or use ChannelFullMode.Wait.");
    }
}
