using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The state of one channel: its items, its waiters, its counts, and the steps that move an item in or out.</summary>
/// <remarks>
/// <para>Members called <c>...Locked</c> are called with the gate held and only collect in an <see cref="AfterGate"/> what
/// <see cref="Finish"/> does once the gate was left: user code never runs inside.</para>
/// <para>An item is handed to the reader that has waited longest before it is put into the ring, and a reader waits only when the
/// ring is empty. So items and waiting readers never meet, nobody overtakes, and a <c>TryRead</c> cannot steal what a waiting
/// reader was to get. The same holds for free places and waiting writers.</para>
/// </remarks>
internal sealed partial class ChannelCore<T> : WaiterOwner, IChannelMeasured
{
    internal ItemRing<T> Items;
    internal WaiterCache<ReadWaiter<T>> ReadWaiters;
    internal WaiterCache<ReadinessWaiter<T>> ReadinessWaiters;
    internal WaiterCache<WriteWaiter<T>> WriteWaiters;
    internal ChannelCounts Counts;
    private readonly bool _drops;
    private readonly bool _newestFirst;
    private int _capacity;
    private ChannelClosure? _closure;
    private uint _selectTurn = uint.MaxValue;

    public ChannelCore(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered)
    {
        Policy = policy;
        OnUndelivered = onUndelivered;
        _capacity = policy.Capacity;
        _drops = policy.FullMode is ChannelFullMode.DropNewest or ChannelFullMode.DropOldest or ChannelFullMode.DropWrite;
        _newestFirst = policy.Order == ChannelOrder.NewestFirst;
        Items = new ItemRing<T>(_capacity);
        Ending = new ChannelEnding<T>(this);
    }

    public BoundedChannelPolicy Policy { get; }

    public Action<T, DropCause>? OnUndelivered { get; }

    public ConflationIndex<T>? Conflation { get; init; }

    /// <summary>The items of a channel with priorities, which are not in <see cref="Items"/> but counted there.</summary>
    public RankedItems<T>? Ranks { get; init; }

    /// <summary>How much of the work that was taken out is done; null unless a queue counts it.</summary>
    public WorkLedger<T>? Work { get; set; }

    /// <summary>How many items the channel holds at most, now.</summary>
    public int Capacity => _capacity;

    /// <summary>How many items are inside above the capacity, at most; set when the capacity shrinks, checked in debug builds.</summary>
    public int Excess { get; set; }

    public bool IsRendezvous => _capacity == 0;

    /// <summary>Pending <c>ReadAsync</c> calls and select cases.</summary>
    public WaiterQueue Readers { get; } = new();

    /// <summary>Pending <c>WaitToReadAsync</c> calls.</summary>
    public WaiterQueue ReadWaits { get; } = new();

    /// <summary>Pending <c>WriteAsync</c> calls.</summary>
    public WaiterQueue Writers { get; } = new();

    /// <summary>Pending <c>WaitToWriteAsync</c> calls.</summary>
    public WaiterQueue WriteWaits { get; } = new();

    /// <summary>Why the channel takes no more items, or null as long as it does.</summary>
    public ChannelClosure? Closure
    {
        get => Volatile.Read(ref _closure);
        set => Volatile.Write(ref _closure, value);
    }

    /// <summary>How many operations of a conflating channel have made room and not yet let waiting writers have it.</summary>
    public int PendingAdmissions { get; private set; }

    public ChannelEnding<T> Ending { get; }

    public ChannelMeter? Meter { get; set; }

    public ChannelStatistics Statistics
    {
        get
        {
            Enter();
            try
            {
                return Counts.ToStatistics(Items.Count, Readers.Count + ReadWaits.Count, Writers.Count + WriteWaits.Count);
            }
            finally
            {
                Exit();
            }
        }
    }

    /// <summary>Whether there is room, as far as one can see without the gate; never true for a rendezvous.</summary>
    public bool SeemsToHaveRoom => Items.SeenCount < _capacity && (Conflation is null || Writers.IsEmpty);

    /// <summary>Whether there is nothing to read, as far as one can see without the gate; never true for a rendezvous.</summary>
    public bool SeemsEmpty => Items.SeenCount == 0 && _capacity != 0;

    public bool HasRoomLocked => Items.Count < _capacity;

    public bool CanWriteLocked => _drops || (HasRoomLocked && Writers.IsEmpty) || (_capacity == 0 && !Readers.IsEmpty);

    public bool HasReadableLocked => Items.Count != 0 || (_capacity == 0 && !Writers.IsEmpty);

    /// <summary>Gives an item to a waiting reader or puts it into the ring.</summary>
    public PutOutcome PutLocked(T item, ref AfterGate after)
    {
        if (_closure is not null)
        {
            return PutOutcome.Closed;
        }

        if (!Readers.IsEmpty && TryHandOverLocked(item, ref after))
        {
            return PutOutcome.Written;
        }

        if (Items.Count >= _capacity)
        {
            return PutOutcome.Full;
        }

        AddLocked(item, ref after);
        return PutOutcome.Written;
    }

    /// <summary>Gives an item to a waiting reader or puts it inside, dropping one if the channel is full and drops.</summary>
    public PutOutcome PutOrDropLocked(T item, ref AfterGate after, ref Drop<T> drop)
    {
        var outcome = PutLocked(item, ref after);
        if (outcome != PutOutcome.Full || !_drops)
        {
            return outcome;
        }

        drop = MakeRoomLocked(item);
        if (drop.Cause != DropCause.Write)
        {
            AddLocked(item, ref after);
        }

        return PutOutcome.Written;
    }

    /// <summary>Puts an item into the ring, where there is room for it.</summary>
    public void AddLocked(T item, ref AfterGate after)
    {
        Items.Enqueue(item);
        NoteAddedLocked(ref after);
    }

    /// <summary>Counts an item that was just put inside, and tells those who wait to read.</summary>
    public void NoteAddedLocked(ref AfterGate after)
    {
        if (Items.Count > Counts.HighWater)
        {
            Counts.HighWater = Items.Count;
        }

        if (!ReadWaits.IsEmpty)
        {
            SettleAllLocked(ReadWaits, true, ref after);
        }
    }

    /// <summary>Gives an item to the reader that has waited longest.</summary>
    /// <returns>False if only select cases waited whose select has already taken another item.</returns>
    public bool TryHandOverLocked(T item, ref AfterGate after)
    {
        do
        {
            var node = Readers.Dequeue();
            if (node is ReadWaiter<T> reader)
            {
                reader.Settle(item);
            }
            else if (!((SelectNode<T>)node).TryAccept(item))
            {
                continue;
            }

            Counts.Read++;
            after.Settled.Add(node);
            return true;
        }
        while (!Readers.IsEmpty);
        return false;
    }

    /// <summary>Takes the next item out: from inside, or at a rendezvous from the writer that has waited longest.</summary>
    public bool TakeLocked(out T item, ref AfterGate after)
    {
        if (Items.Count != 0)
        {
            item = RemoveNextLocked();
            Counts.Read++;
            RoomMadeLocked(ref after);
            return true;
        }

        if (_capacity == 0 && !Writers.IsEmpty)
        {
            var writer = (WriteWaiter<T>)Writers.Dequeue();
            item = writer.Item;
            Counts.Read++;
            after.Settled.Add(writer);
            return true;
        }

        item = default!;
        return false;
    }

    private T RemoveNextLocked()
    {
        if (_newestFirst)
        {
            return Items.RemoveNewest();
        }

        if (Ranks is not null)
        {
            return Ranks.TakeNextLocked(this);
        }

        Conflation?.OnRemovingOldest();
        return Items.Dequeue();
    }

    /// <summary>Decides, for a full channel that drops, which item loses its place.</summary>
    /// <returns>The item and the cause; with <see cref="DropCause.Write"/> it is the one being written, otherwise there is room now.</returns>
    public Drop<T> MakeRoomLocked(T item)
    {
        switch (Policy.FullMode)
        {
            case ChannelFullMode.DropNewest:
                Counts.DroppedNewest++;
                Conflation?.OnRemovingNewest();
                return new Drop<T>(Items.RemoveNewest(), DropCause.Newest);
            case ChannelFullMode.DropOldest:
                Counts.DroppedOldest++;
                Conflation?.OnRemovingOldest();
                return new Drop<T>(Items.Dequeue(), DropCause.Oldest);
            default:
                Counts.DroppedWrites++;
                return new Drop<T>(item, DropCause.Write);
        }
    }

    /// <summary>Wakes those who wait for room, once no writer waits with an item and there is some.</summary>
    public void OpenForWritersLocked(ref AfterGate after)
    {
        if (CanWriteLocked && !WriteWaits.IsEmpty)
        {
            SettleAllLocked(WriteWaits, true, ref after);
        }
    }

    /// <summary>Looks at the item that the next read gets.</summary>
    public bool TryPeekLocked(out T item)
    {
        if (Items.Count != 0)
        {
            item = Ranks is not null ? Ranks.PeekNextLocked() : Items[_newestFirst ? Items.Tail - 1 : Items.Head];
            return true;
        }

        if (_capacity == 0 && Writers.Head is WriteWaiter<T> writer)
        {
            item = writer.Item;
            return true;
        }

        item = default!;
        return false;
    }

    /// <summary>Takes as many items as there are and as fit, those of waiting writers included.</summary>
    public int TakeManyLocked(Span<T> destination, ref AfterGate after)
    {
        var taken = 0;
        if (Conflation is not null || Ranks is not null || _newestFirst || _capacity == 0)
        {
            while (taken < destination.Length && TakeLocked(out var item, ref after))
            {
                destination[taken++] = item;
            }

            return taken;
        }

        while (taken < destination.Length && Items.Count != 0)
        {
            var some = Items.DequeueInto(destination[taken..]);
            taken += some;
            Counts.Read += some;
            RoomMadeLocked(ref after);
        }

        return taken;
    }

    /// <summary>A copy of what is inside, oldest first.</summary>
    public T[] CopyItems()
    {
        Enter();
        try
        {
            return CopyItemsLocked();
        }
        finally
        {
            Exit();
        }
    }

    /// <inheritdoc cref="CopyItems"/>
    public T[] CopyItemsLocked() => Ranks is null ? Items.ToArray() : Ranks.ToArrayLocked();

    /// <summary>Counts the selects that began with this channel.</summary>
    public uint NextSelectTurn() => Interlocked.Increment(ref _selectTurn);

    /// <summary>Does what was collected; called without the gate.</summary>
    public void Finish(ref AfterGate after)
    {
        if (after.IsNothing)
        {
            return;
        }

        after.Settled.Publish();
        if (after.Admit)
        {
            AdmitWriters();
        }

        if (after.Completed)
        {
            Ending.Complete();
        }
    }

    private void AdmitWriters()
    {
        try
        {
            Conflation!.AdmitWriters(this);
        }
        finally
        {
            Enter();
            PendingAdmissions--;
            Exit();
        }
    }

    internal override void AfterWithdrawal() => Conflation?.AdmitWriters(this);

    protected override void AssertInvariants() => ChannelInvariants.Assert(this);
}
