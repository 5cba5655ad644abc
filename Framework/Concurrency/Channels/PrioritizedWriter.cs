using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The writing end of a channel with priorities, in each full mode.</summary>
[DebuggerDisplay("Items = {Core.Items.Count}, Capacity = {Core.Capacity}")]
internal sealed class PrioritizedWriter<T, TPriority>(ChannelCore<T> core, RankedItems<T, TPriority> ranks) : CoreWriter<T>(core)
{
    public override bool TryWrite(T item)
    {
        Interleaving.Touch(OperationKind.Send, Core);
        return Put(item, mayWait: false, out _) == PutOutcome.Written;
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

        var outcome = Put(item, mayWait: true, out var waiter);
        return ToWrite(outcome, waiter, cancellationToken);
    }

    private PutOutcome Put(T item, bool mayWait, out WriteWaiter<T>? waiter)
    {
        var priority = ranks.PriorityOf(item);
        var after = default(AfterGate);
        var drop = default(Drop<T>);
        PutOutcome outcome;
        waiter = null;
        Core.Enter();
        try
        {
            outcome = ranks.PutLocked(Core, item, priority, ref after);
            if (outcome == PutOutcome.Full)
            {
                switch (Core.Policy.FullMode)
                {
                    case ChannelFullMode.Wait:
                        waiter = mayWait ? WaitLocked(item, priority, ref after) : null;
                        break;
                    case ChannelFullMode.Reject:
                        Core.Counts.Rejected++;
                        break;
                    default:
                        drop = ranks.ReplaceLocked(Core, item, priority, ref after);
                        outcome = PutOutcome.Written;
                        break;
                }
            }
        }
        finally
        {
            Core.Exit();
        }

        Core.Finish(ref after);
        drop.Report(Core.OnUndelivered);
        return outcome;
    }

    private PrioritizedWriteWaiter<T, TPriority> WaitLocked(T item, TPriority priority, ref AfterGate after)
    {
        var waiter = (PrioritizedWriteWaiter<T, TPriority>?)Core.WriteWaiters.TryTake() ?? new PrioritizedWriteWaiter<T, TPriority>(Core);
        waiter.Item = item;
        waiter.Priority = priority;
        Core.EnqueueWriterLocked(waiter, ref after);
        return waiter;
    }
}
