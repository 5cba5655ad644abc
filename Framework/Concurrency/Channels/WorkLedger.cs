using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>Counts, for one channel, how many of the items that were taken out are done, and lets callers wait for all of them.</summary>
/// <remarks>Unfinished are the items inside, those that were taken and not marked, and those that are just being handed to <c>onUndelivered</c>.</remarks>
internal sealed class WorkLedger<T>(ChannelCore<T> core)
{
    private readonly WaiterQueue _joins = new();
    private readonly long _readBefore = core.Counts.Read;
    private long _marked;
    private int _handing;

    private long TakenLocked => core.Counts.Read - _readBefore;

    private long UnfinishedLocked => TakenLocked - _marked + core.Items.Count + _handing;

    public long Unfinished
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, core);
            core.Enter();
            try
            {
                return UnfinishedLocked;
            }
            finally
            {
                core.Exit();
            }
        }
    }

    /// <summary>Makes the ledger of a channel.</summary>
    /// <exception cref="InvalidOperationException">The channel has one already.</exception>
    public static WorkLedger<T> Open(ChannelCore<T> core)
    {
        core.Enter();
        try
        {
            if (core.Work is not null)
            {
                throw new InvalidOperationException("The channel belongs to another queue already, and two queues would each count the same items. Make a channel for each.");
            }

            return core.Work = new WorkLedger<T>(core);
        }
        finally
        {
            core.Exit();
        }
    }

    /// <summary>Counts one taken item as done.</summary>
    /// <exception cref="InvalidOperationException">Every item that was taken is done already.</exception>
    public void MarkDone()
    {
        Interleaving.Touch(OperationKind.Signal, core);
        var after = default(AfterGate);
        long taken;
        bool isTooMany;
        core.Enter();
        try
        {
            taken = TakenLocked;
            isTooMany = _marked >= taken;
            if (!isTooMany)
            {
                _marked++;
                EndJoinsLocked(ref after);
            }
        }
        finally
        {
            core.Exit();
        }

        if (isTooMany)
        {
            throw new InvalidOperationException($"An item was marked done although no taken item is left to mark: {taken} were taken and {taken} are done. Call MarkDone once for each item, after it was taken.");
        }

        core.Finish(ref after);
    }

    /// <summary>Waits until nothing is unfinished.</summary>
    public ValueTask JoinAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, core, static (self, token) => self.WaitForAllAsync(token), this, cancellationToken)
            : WaitForAllAsync(cancellationToken);

    private ValueTask WaitForAllAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        ReadinessWaiter<T> waiter;
        core.Enter();
        try
        {
            if (UnfinishedLocked == 0)
            {
                return default;
            }

            waiter = core.ReadinessWaiters.TryTake() ?? new ReadinessWaiter<T>(core);
            _joins.Enqueue(waiter);
        }
        finally
        {
            core.Exit();
        }

        waiter.CancelWith(cancellationToken);
        return waiter.PendingVoid;
    }

    /// <summary>Notes, before items leave without a reader, that they are unfinished until <c>onUndelivered</c> has seen them.</summary>
    public void BeginHandingLocked(int items) => _handing += items;

    /// <summary>Notes that <c>onUndelivered</c> has seen the items.</summary>
    public void EndHanding(int items)
    {
        var after = default(AfterGate);
        core.Enter();
        try
        {
            _handing -= items;
            EndJoinsLocked(ref after);
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
    }

    private void EndJoinsLocked(ref AfterGate after)
    {
        while (UnfinishedLocked == 0 && !_joins.IsEmpty)
        {
            var join = (ReadinessWaiter<T>)_joins.Dequeue();
            join.Settle(true);
            after.Settled.Add(join);
        }
    }
}
