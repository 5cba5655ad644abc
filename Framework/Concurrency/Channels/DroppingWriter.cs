using System.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The writing end of a channel that drops an item when it is full: a write never waits and never fails for want of room.</summary>
[DebuggerDisplay("Items = {Core.Items.Count}, Capacity = {Core.Capacity}")]
internal sealed class DroppingWriter<T>(ChannelCore<T> core) : CoreWriter<T>(core)
{
    public override bool TryWrite(T item)
    {
        Interleaving.Touch(OperationKind.Send, Core);
        return Put(item) == PutOutcome.Written;
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

        return ToWrite(Put(item), null, cancellationToken);
    }

    private PutOutcome Put(T item)
    {
        var after = default(AfterGate);
        var drop = default(Drop<T>);
        PutOutcome outcome;
        Core.Enter();
        try
        {
            outcome = Core.PutOrDropLocked(item, ref after, ref drop);
        }
        finally
        {
            Core.Exit();
        }

        Core.Finish(ref after);
        drop.Report(Core.OnUndelivered);
        return outcome;
    }
}
