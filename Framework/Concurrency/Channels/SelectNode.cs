using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The place of one select case among the waiting readers of one of our channels.</summary>
internal sealed class SelectNode<T>(ChannelCore<T> core, int index) : WaiterNode
{
    private SelectWaiter? _select;
    private T _item = default!;

    /// <summary>Takes an item if there is one, else waits among the readers; nothing of both when the select has its item already.</summary>
    public SelectEntry Enter(SelectWaiter select)
    {
        Interleaving.Touch(OperationKind.Receive, core);
        var after = default(AfterGate);
        SelectEntry entry;
        core.Enter();
        try
        {
            entry = EnterLocked(select, ref after);
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        return entry;
    }

    /// <summary>Leaves the queue, wherever in it the node is.</summary>
    public void Leave()
    {
        Interleaving.See(OperationKind.Receive, core);

        // Also waits out a writer that has unlinked the node and is still under the gate.
        core.TryWithdraw(this);
        State = WaiterState.Idle;
        _select = null;
    }

    /// <summary>Called under the gate by a writer that has unlinked the node.</summary>
    /// <returns>False if the select has already taken another item, or was cancelled.</returns>
    public bool TryAccept(T item)
    {
        Interleaving.See(OperationKind.Signal, _select!);
        if (!_select!.TryClaim())
        {
            return false;
        }

        _item = item;
        _select.Settle(index);
        return true;
    }

    /// <summary>Called under the gate when the channel closes, after the node was unlinked.</summary>
    /// <returns>Whether that ends the select.</returns>
    public bool TryClose(ChannelClosure closure)
    {
        Interleaving.See(OperationKind.Signal, _select!);
        if (closure.Error is null)
        {
            if (!_select!.IsLastOpen() || !_select.TryClaim())
            {
                return false;
            }

            _select.Settle(SelectWaiter.AllCompleted);
            return true;
        }

        if (!_select!.TryClaim())
        {
            return false;
        }

        _select.Settle(closure.ToReadOrWriteError());
        return true;
    }

    /// <summary>Hands out the item that the select took here.</summary>
    public T TakeItem()
    {
        var item = _item;
        _item = default!;
        return item;
    }

    internal override void Publish() => _select!.Publish();

    private SelectEntry EnterLocked(SelectWaiter select, ref AfterGate after)
    {
        if (core.HasReadableLocked)
        {
            if (!select.TryClaim())
            {
                return SelectEntry.Decided;
            }

            core.TakeLocked(out _item, ref after);
            select.Settle(index);
            return SelectEntry.Taken;
        }

        if (core.Closure is { } closure)
        {
            _select = select;
            return TryClose(closure) ? SelectEntry.Closed : SelectEntry.Completed;
        }

        if (select.IsDecided)
        {
            return SelectEntry.Decided;
        }

        _select = select;
        core.EnqueueReaderLocked(this, ref after);
        return SelectEntry.Waiting;
    }
}
