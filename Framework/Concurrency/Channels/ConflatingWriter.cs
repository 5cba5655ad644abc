using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The writing end of a channel that keeps one item per key.</summary>
/// <remarks>A write for a key that waits needs no room. Any other write is full when as many keys wait as the channel holds, or when writers wait.</remarks>
[DebuggerDisplay("Items = {Core.Items.Count}, Capacity = {Core.Capacity}")]
internal sealed class ConflatingWriter<T, TKey>(ChannelCore<T> core, ConflationIndex<T, TKey> index) : CoreWriter<T>(core)
    where TKey : notnull
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
        var key = index.KeyOf(item);
        while (true)
        {
            if (TryPut(item, key, mayWait, out var outcome, out waiter, out var place, out var waiting))
            {
                return outcome;
            }

            var merged = index.Merge(waiting, item);
            if (TryCommit(key, place, item, merged))
            {
                return PutOutcome.Written;
            }
        }
    }

    /// <summary>Writes unless a merge is needed first, which must not run under the gate.</summary>
    private bool TryPut(
        T item,
        TKey key,
        bool mayWait,
        out PutOutcome outcome,
        out WriteWaiter<T>? waiter,
        out ConflationIndex<T, TKey>.Place place,
        out T waiting)
    {
        var after = default(AfterGate);
        var drop = default(Drop<T>);
        waiting = default!;
        Core.Enter();
        try
        {
            var waits = index.TryFindLocked(key, out place) && Core.Closure is null;
            if (waits && index.Merges)
            {
                waiting = Core.Items[place.Position];
                outcome = default;
                waiter = null;
                return false;
            }

            outcome = waits
                ? ReplaceLocked(item, key, place, out waiter, ref drop)
                : PutNewKeyLocked(item, key, mayWait, out waiter, ref after, ref drop);
        }
        finally
        {
            Core.Exit();
        }

        Core.Finish(ref after);
        drop.Report(Core.OnUndelivered);
        return true;
    }

    private PutOutcome ReplaceLocked(
        T item, TKey key, ConflationIndex<T, TKey>.Place place, out WriteWaiter<T>? waiter, ref Drop<T> drop)
    {
        waiter = null;
        drop = index.ReplaceLocked(Core, key, place, item, item);
        return PutOutcome.Written;
    }

    private PutOutcome PutNewKeyLocked(
        T item, TKey key, bool mayWait, out WriteWaiter<T>? waiter, ref AfterGate after, ref Drop<T> drop)
    {
        var outcome = PlaceNewKeyLocked(item, key, ref after, ref drop);
        waiter = outcome == PutOutcome.Full ? WaitOrRejectLocked(item, key, mayWait, ref after) : null;
        return outcome;
    }

    private PutOutcome PlaceNewKeyLocked(T item, TKey key, ref AfterGate after, ref Drop<T> drop)
    {
        if (Core.Closure is not null)
        {
            return PutOutcome.Closed;
        }

        if (!Core.Writers.IsEmpty)
        {
            return PutOutcome.Full;
        }

        if (!Core.HasRoomLocked)
        {
            if (Core.Policy.FullMode is ChannelFullMode.Wait or ChannelFullMode.Reject)
            {
                return PutOutcome.Full;
            }

            drop = Core.MakeRoomLocked(item);
            if (drop.Cause == DropCause.Write)
            {
                return PutOutcome.Written;
            }
        }

        index.PlaceLocked(Core, key, item, ref after);
        return PutOutcome.Written;
    }

    private ConflatingWriteWaiter<T, TKey>? WaitOrRejectLocked(T item, TKey key, bool mayWait, ref AfterGate after)
    {
        if (Core.Policy.FullMode == ChannelFullMode.Reject)
        {
            Core.Counts.Rejected++;
            return null;
        }

        if (!mayWait)
        {
            return null;
        }

        var waiter = (ConflatingWriteWaiter<T, TKey>?)Core.WriteWaiters.TryTake() ?? new ConflatingWriteWaiter<T, TKey>(Core);
        waiter.Item = item;
        waiter.Key = key;
        Core.EnqueueWriterLocked(waiter, ref after);
        return waiter;
    }

    private bool TryCommit(TKey key, ConflationIndex<T, TKey>.Place place, T item, T merged)
    {
        Drop<T> drop;
        Core.Enter();
        try
        {
            if (Core.Closure is not null || !index.IsUnchangedLocked(key, place))
            {
                return false;
            }

            drop = index.ReplaceLocked(Core, key, place, item, merged);
        }
        finally
        {
            Core.Exit();
        }

        drop.Report(Core.OnUndelivered);
        return true;
    }
}
