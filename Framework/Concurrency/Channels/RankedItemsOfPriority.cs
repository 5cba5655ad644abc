using System.Diagnostics;

namespace Concurrency.Channels;

/// <summary>Keeps items by priority, and equal ones by arrival; knows the oldest of all and how often it was overtaken.</summary>
/// <remarks>
/// <para>The priority of an item is computed once, by its writer and without the gate; comparing does happen under the gate. What the comparer
/// throws while an item goes in reaches the writer of this item, and nothing has changed.</para>
/// <para>An item that is taken overtakes each older one that stays. Each item only stores by how much it was overtaken more often than the
/// next younger one, so that a take costs one addition and the count of the oldest, which is the highest, is exact all the same.</para>
/// </remarks>
internal sealed class RankedItems<T, TPriority> : RankedItems<T>
{
    private const int None = -1;

    private readonly Func<T, TPriority> _priorityOf;
    private readonly IComparer<TPriority> _comparer;
    private readonly int _overtakeLimit;
    private readonly SlotHeap _next;
    private readonly SlotHeap? _victims;
    private Entry[] _entries = [];
    private int _free = None;
    private int _used;
    private int _oldest = None;
    private int _newest = None;
    private long _arrivals;
    private int _oldestOvertaken;

    public RankedItems(Func<T, TPriority> priorityOf, IComparer<TPriority> comparer, int overtakeLimit, ChannelFullMode fullMode)
    {
        _priorityOf = priorityOf;
        _comparer = comparer;
        _overtakeLimit = overtakeLimit;
        _next = new SlotHeap((one, other) => Compare(one, other, newestFirst: false) < 0);
        _victims = fullMode switch
        {
            ChannelFullMode.DropOldest => new SlotHeap((one, other) => Compare(one, other, newestFirst: true) > 0),
            ChannelFullMode.DropNewest => new SlotHeap((one, other) => Compare(one, other, newestFirst: false) > 0),
            _ => null,
        };
    }

    /// <summary>Computes an item's priority; user code, called without the gate.</summary>
    public TPriority PriorityOf(T item) => _priorityOf(item);

    /// <summary>Gives an item to a waiting reader or puts it inside, where there is room.</summary>
    public PutOutcome PutLocked(ChannelCore<T> core, T item, TPriority priority, ref AfterGate after)
    {
        if (core.Closure is not null)
        {
            return PutOutcome.Closed;
        }

        if (!core.Readers.IsEmpty && core.TryHandOverLocked(item, ref after))
        {
            return PutOutcome.Written;
        }

        if (!core.HasRoomLocked)
        {
            // A priority that cannot be compared fails its write now, not after a wait.
            _ = _next.Count != 0 ? _comparer.Compare(priority, _entries[_next.First].Priority) : 0;
            return PutOutcome.Full;
        }

        Insert(item, priority);
        NoteInsertedLocked(core, ref after);
        return PutOutcome.Written;
    }

    /// <summary>Puts an item into a full channel that drops, in the place of the least urgent one; that may be the item itself.</summary>
    public Drop<T> ReplaceLocked(ChannelCore<T> core, T item, TPriority priority, ref AfterGate after)
    {
        if (_victims is null || _comparer.Compare(priority, _entries[_victims.First].Priority) > 0)
        {
            core.Counts.DroppedWrites++;
            return new Drop<T>(item, DropCause.Write);
        }

        // What the comparer throws comes before anything is lost.
        var victim = _victims.First;
        Insert(item, priority);
        var oldest = core.Policy.FullMode == ChannelFullMode.DropOldest;
        core.Counts.DroppedOldest += oldest ? 1 : 0;
        core.Counts.DroppedNewest += oldest ? 0 : 1;
        var lost = Remove(core, victim, wasTaken: false);
        NoteInsertedLocked(core, ref after);
        return new Drop<T>(lost, oldest ? DropCause.Oldest : DropCause.Newest);
    }

    public override void AdmitLocked(ChannelCore<T> core, WriteWaiter<T> writer, ref AfterGate after)
    {
        try
        {
            Insert(writer.Item, ((PrioritizedWriteWaiter<T, TPriority>)writer).Priority);
        }
        catch (Exception error)
        {
            // The call that made room is a stranger's.
            writer.Settle(error);
            return;
        }

        NoteInsertedLocked(core, ref after);
    }

    public override T TakeNextLocked(ChannelCore<T> core) => Remove(core, NextSlot(), wasTaken: true);

    public override T PeekNextLocked() => _entries[NextSlot()].Item;

    public override T[] ToArrayLocked()
    {
        var items = new T[_next.Count];
        var slot = _oldest;
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = _entries[slot].Item;
            slot = _entries[slot].Younger;
        }

        return items;
    }

    public override void Clear()
    {
        _next.Clear();
        _victims?.Clear();
        Array.Clear(_entries);
        (_free, _used, _oldest, _newest, _oldestOvertaken) = (None, 0, None, None, 0);
    }

    public override void AssertInvariants(ChannelCore<T> core)
    {
        Debug.Assert(_next.Count == core.Items.Count, "Each item inside has its rank.");
        Debug.Assert(_victims is null || _victims.Count == _next.Count, "Each item inside can be dropped.");
        Debug.Assert(_oldestOvertaken >= 0 && _oldestOvertaken <= _overtakeLimit, "Nobody is overtaken more often than the limit says.");
    }

    private int NextSlot() => _oldestOvertaken >= _overtakeLimit ? _oldest : _next.First;

    private int Compare(int one, int other, bool newestFirst)
    {
        var result = _comparer.Compare(_entries[one].Priority, _entries[other].Priority);
        if (result != 0)
        {
            return result;
        }

        result = _entries[one].Arrival.CompareTo(_entries[other].Arrival);
        return newestFirst ? -result : result;
    }

    /// <summary>Puts an item in its place; when the comparer throws, nothing has changed.</summary>
    private void Insert(T item, TPriority priority)
    {
        var slot = TakeSlot();
        _entries[slot] = new Entry { Item = item, Priority = priority, Arrival = _arrivals, Older = _newest, Younger = None };
        int next, victim;
        try
        {
            next = _next.PositionFor(slot);
            victim = _victims?.PositionFor(slot) ?? None;
        }
        catch (Exception)
        {
            FreeSlot(slot);
            throw;
        }

        _arrivals++;
        if (_newest == None)
        {
            _oldest = slot;
        }
        else
        {
            _entries[_newest].Younger = slot;
        }

        _newest = slot;
        _next.Add(slot, next);
        _victims?.Add(slot, victim);
    }

    private static void NoteInsertedLocked(ChannelCore<T> core, ref AfterGate after)
    {
        core.Items.CountElsewhere(1);
        core.NoteAddedLocked(ref after);
    }

    private T Remove(ChannelCore<T> core, int slot, bool wasTaken)
    {
        _next.Remove(slot);
        _victims?.Remove(slot);
        core.Items.CountElsewhere(-1);
        var entry = _entries[slot];
        FreeSlot(slot);
        if (entry.Younger == None)
        {
            _newest = entry.Older;
        }
        else
        {
            _entries[entry.Younger].Older = entry.Older;
        }

        if (entry.Older == None)
        {
            _oldest = entry.Younger;
            _oldestOvertaken -= entry.OvertakenMore;
        }
        else
        {
            var overtakes = wasTaken ? 1 : 0;
            ref var older = ref _entries[entry.Older];
            older.Younger = entry.Younger;
            older.OvertakenMore += entry.OvertakenMore + overtakes;
            _oldestOvertaken += overtakes;
        }

        return entry.Item;
    }

    private void FreeSlot(int slot)
    {
        _entries[slot] = new Entry { Younger = _free };
        _free = slot;
    }

    private int TakeSlot()
    {
        if (_free != None)
        {
            var slot = _free;
            _free = _entries[slot].Younger;
            return slot;
        }

        if (_used == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(16, _used * 2));
        }

        return _used++;
    }

    private struct Entry
    {
        public T Item;
        public TPriority Priority;
        public long Arrival;
        public int Older;
        public int Younger;
        public int OvertakenMore;
    }
}
