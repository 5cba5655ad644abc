using Concurrency.Execution;

namespace Concurrency.Channels;

/// <content>How operations begin to wait, and how the capacity changes under them.</content>
internal sealed partial class ChannelCore<T>
{
    /// <summary>Lets a writer in for which there is room.</summary>
    private void AdmitLocked(WriteWaiter<T> writer, ref AfterGate after)
    {
        if (Ranks is null)
        {
            AddLocked(writer.Item, ref after);
        }
        else
        {
            Ranks.AdmitLocked(this, writer, ref after);
        }

        after.Settled.Add(writer);
    }

    /// <summary>Lets writers have the room that an item has just left, and notes the end of a closed channel.</summary>
    private void RoomMadeLocked(ref AfterGate after)
    {
        if (!Writers.IsEmpty)
        {
            if (Conflation is not null)
            {
                if (!after.Admit)
                {
                    after.Admit = true;
                    PendingAdmissions++;
                }

                return;
            }

            while (Items.Count < _capacity && !Writers.IsEmpty)
            {
                AdmitLocked((WriteWaiter<T>)Writers.Dequeue(), ref after);
            }
        }

        OpenForWritersLocked(ref after);

        if (_closure is not null && Items.Count == 0)
        {
            after.Completed = true;
        }
    }

    /// <summary>Lets an operation wait behind those that already do.</summary>
    public ReadWaiter<T> WaitForItemLocked(ref AfterGate after)
    {
        var waiter = ReadWaiters.TryTake() ?? new ReadWaiter<T>(this);
        EnqueueReaderLocked(waiter, ref after);
        return waiter;
    }

    /// <inheritdoc cref="WaitForItemLocked"/>
    public void EnqueueReaderLocked(WaiterNode waiter, ref AfterGate after)
    {
        ChannelInvariants.CheckSingleReader(this);
        Readers.Enqueue(waiter);
        if (_capacity == 0 && !WriteWaits.IsEmpty)
        {
            SettleAllLocked(WriteWaits, true, ref after);
        }
    }

    /// <inheritdoc cref="WaitForItemLocked"/>
    public ReadinessWaiter<T> WaitForReadinessLocked(WaiterQueue queue)
    {
        if (ReferenceEquals(queue, ReadWaits))
        {
            ChannelInvariants.CheckSingleReader(this);
        }
        else
        {
            ChannelInvariants.CheckSingleWriter(this);
        }

        var waiter = ReadinessWaiters.TryTake() ?? new ReadinessWaiter<T>(this);
        queue.Enqueue(waiter);
        return waiter;
    }

    /// <inheritdoc cref="WaitForItemLocked"/>
    public void EnqueueWriterLocked(WriteWaiter<T> waiter, ref AfterGate after)
    {
        ChannelInvariants.CheckSingleWriter(this);
        Writers.Enqueue(waiter);
        if (_capacity == 0 && !ReadWaits.IsEmpty)
        {
            SettleAllLocked(ReadWaits, true, ref after);
        }
    }

    /// <summary>Changes the capacity: more room goes to the waiting writers at once, and what is inside above a smaller one is left to the readers.</summary>
    public void Resize(int capacity)
    {
        var after = default(AfterGate);
        Enter();
        try
        {
            _capacity = capacity;
            Excess = Math.Max(0, Items.Count - capacity);
            RoomMadeLocked(ref after);
        }
        finally
        {
            Exit();
        }

        Finish(ref after);
    }

    private static void SettleAllLocked(WaiterQueue queue, bool result, ref AfterGate after)
    {
        while (!queue.IsEmpty)
        {
            var waiter = (ReadinessWaiter<T>)queue.Dequeue();
            waiter.Settle(result);
            after.Settled.Add(waiter);
        }
    }
}
