using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The writing end of a channel whose writers wait (<see cref="ChannelFullMode.Wait"/>) or are refused (<see cref="ChannelFullMode.Reject"/>).</summary>
[DebuggerDisplay("Items = {Core.Items.Count}, Capacity = {Core.Capacity}")]
internal sealed class WaitingWriter<T>(ChannelCore<T> core, bool rejects) : CoreWriter<T>(core)
{
    public override bool TryWrite(T item)
    {
        Interleaving.Touch(OperationKind.Send, Core);
        var after = default(AfterGate);
        PutOutcome outcome;
        Core.Enter();
        try
        {
            outcome = Core.PutLocked(item, ref after);
            if (rejects && outcome == PutOutcome.Full)
            {
                Core.Counts.Rejected++;
            }
        }
        finally
        {
            Core.Exit();
        }

        Core.Finish(ref after);
        return outcome == PutOutcome.Written;
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Send, Core, static (write, token) => write.Self.PutAsync(write.Item, token), (Self: this, Item: item), cancellationToken)
            : PutAsync(item, cancellationToken);

    private ValueTask PutAsync(T item, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var after = default(AfterGate);
        WriteWaiter<T>? waiter = null;
        PutOutcome outcome;
        Core.Enter();
        try
        {
            outcome = Core.PutLocked(item, ref after);
            if (outcome == PutOutcome.Full)
            {
                waiter = WaitOrRejectLocked(item, ref after);
            }
        }
        finally
        {
            Core.Exit();
        }

        Core.Finish(ref after);
        return ToWrite(outcome, waiter, cancellationToken);
    }

    private WriteWaiter<T>? WaitOrRejectLocked(T item, ref AfterGate after)
    {
        if (rejects)
        {
            Core.Counts.Rejected++;
            return null;
        }

        var waiter = Core.WriteWaiters.TryTake() ?? new WriteWaiter<T>(Core);
        waiter.Item = item;
        Core.EnqueueWriterLocked(waiter, ref after);
        return waiter;
    }
}
