using System.Diagnostics;

namespace Concurrency.Channels;

/// <summary>Keeps at most one item per key in a channel: a later one takes the place of the one that waits, or is merged with it.</summary>
/// <remarks>
/// <para>The key and merge functions are user code and run without the gate. A merge is optimistic: the waiting item is copied under
/// the gate, merged outside, and the result put in only if that very item still waits; otherwise the merge is thrown away and
/// the write starts over. Hashing and comparing keys does happen under the gate.</para>
/// <para>A writer with a key that does not wait is behind all waiting writers, even while a merge for the first of them is under way.</para>
/// </remarks>
internal sealed class ConflationIndex<T, TKey>(Func<T, TKey> keyOf, Func<T, T, T>? merge) : ConflationIndex<T>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Place> _places = [];
    private ItemRing<TKey> _keys = new(1);
    private int _changes;

    public bool Merges => merge is not null;

    public TKey KeyOf(T item) => keyOf(item);

    public T Merge(T waiting, T written) => merge!(waiting, written);

    public override void OnRemovingOldest() => _places.Remove(_keys.Dequeue());

    public override void OnRemovingNewest() => _places.Remove(_keys.RemoveNewest());

    public override void Clear()
    {
        _keys.Clear();
        _places.Clear();
    }

    /// <summary>Gives an item of a key that does not wait to a waiting reader, or puts it into the ring, where there is room.</summary>
    public void PlaceLocked(ChannelCore<T> core, TKey key, T item, ref AfterGate after)
    {
        if (!core.Readers.IsEmpty && core.TryHandOverLocked(item, ref after))
        {
            return;
        }

        Debug.Assert(_keys.Tail == core.Items.Tail, "Keys and items have the same positions.");
        _places.Add(key, new Place(core.Items.Tail, ++_changes));
        _keys.Enqueue(key);
        core.AddLocked(item, ref after);
    }

    /// <summary>Finds the item that waits for a key.</summary>
    public bool TryFindLocked(TKey key, out Place place) => _places.TryGetValue(key, out place);

    /// <summary>Replaces the item at a place.</summary>
    /// <returns>The item that lost its place.</returns>
    public Drop<T> ReplaceLocked(ChannelCore<T> core, TKey key, Place place, T written, T result)
    {
        ref var slot = ref core.Items[place.Position];
        var waitingIsKept = !typeof(T).IsValueType && ReferenceEquals(slot, result);
        var lost = waitingIsKept ? written : slot;
        slot = result;
        _places[key] = place with { Change = ++_changes };
        core.Counts.Conflated++;
        return new Drop<T>(lost, DropCause.Conflated);
    }

    /// <summary>Whether the item that was seen at a place still waits there, unchanged.</summary>
    public bool IsUnchangedLocked(TKey key, Place seen) => _places.TryGetValue(key, out var now) && now == seen;

    public override void AdmitWriters(ChannelCore<T> core)
    {
        while (TryAdmitOne(core))
        {
        }
    }

    public override void AssertInvariants(ChannelCore<T> core)
    {
        Debug.Assert(_keys.Count == core.Items.Count && _places.Count == core.Items.Count, "Each waiting item has its key, each key its item.");
        Debug.Assert(_keys.Tail == core.Items.Tail, "Keys and items have the same positions.");
    }

    /// <summary>Lets the writer in that has waited longest, if it has a place.</summary>
    /// <returns>Whether another one may follow.</returns>
    private bool TryAdmitOne(ChannelCore<T> core)
    {
        var after = default(AfterGate);
        var drop = default(Drop<T>);
        MergeCase? merging = null;
        ConflatingWriteWaiter<T, TKey>? writer;
        core.Enter();
        try
        {
            writer = core.Writers.Head as ConflatingWriteWaiter<T, TKey>;
            if (writer is not null)
            {
                merging = AdmitLocked(core, writer, ref after, ref drop);
            }

            core.OpenForWritersLocked(ref after);
        }
        finally
        {
            core.Exit();
        }

        if (merging is { } seen)
        {
            MergeFor(core, seen);
            return true;
        }

        var more = !after.Settled.IsEmpty;
        Report(core, drop, writer);
        core.Finish(ref after);
        return more;
    }

    /// <summary>Reports the item that a waiting write has replaced; a callback that throws fails that write, and not whoever made the room.</summary>
    private static void Report(ChannelCore<T> core, Drop<T> drop, ConflatingWriteWaiter<T, TKey>? writer)
    {
        try
        {
            drop.Report(core.OnUndelivered);
        }
        catch (Exception error)
        {
            writer!.Settle(error);
        }
    }

    /// <summary>Settles the first writer, or leaves it where it is: without room, or because its item must be merged outside the gate.</summary>
    /// <returns>What is to be merged, if anything.</returns>
    private MergeCase? AdmitLocked(ChannelCore<T> core, ConflatingWriteWaiter<T, TKey> writer, ref AfterGate after, ref Drop<T> drop)
    {
        if (!TryFindLocked(writer.Key, out var place))
        {
            if (core.HasRoomLocked)
            {
                core.Writers.Dequeue();
                PlaceLocked(core, writer.Key, writer.Item, ref after);
                after.Settled.Add(writer);
            }

            return null;
        }

        if (Merges)
        {
            return new MergeCase(writer, writer.Key, place, core.Items[place.Position], writer.Item);
        }

        core.Writers.Dequeue();
        drop = ReplaceLocked(core, writer.Key, place, writer.Item, writer.Item);
        after.Settled.Add(writer);
        return null;
    }

    private void MergeFor(ChannelCore<T> core, MergeCase seen)
    {
        T? merged = default;
        Exception? failure = null;
        try
        {
            merged = Merge(seen.Waiting, seen.Written);
        }
        catch (Exception error)
        {
            failure = error;
        }

        var after = default(AfterGate);
        Drop<T> drop;
        core.Enter();
        try
        {
            drop = CommitLocked(core, seen, merged, failure, ref after);
            core.OpenForWritersLocked(ref after);
        }
        finally
        {
            core.Exit();
        }

        Report(core, drop, seen.Writer);
        core.Finish(ref after);
    }

    private Drop<T> CommitLocked(ChannelCore<T> core, MergeCase seen, T? merged, Exception? failure, ref AfterGate after)
    {
        // The writer may have been cancelled, and even wait again with another item, while the merge ran.
        var writer = seen.Writer;
        if (!ReferenceEquals(core.Writers.Head, writer) || writer.Version != seen.Version)
        {
            return default;
        }

        if (failure is not null)
        {
            core.Writers.Dequeue();
            writer.Settle(failure);
            after.Settled.Add(writer);
            return default;
        }

        if (!IsUnchangedLocked(seen.Key, seen.Place))
        {
            return default;
        }

        core.Writers.Dequeue();
        after.Settled.Add(writer);
        return ReplaceLocked(core, seen.Key, seen.Place, seen.Written, merged!);
    }

    /// <summary>Where an item waits, and which of its changes that was.</summary>
    internal readonly record struct Place(long Position, int Change);

    private readonly record struct MergeCase(ConflatingWriteWaiter<T, TKey> Writer, TKey Key, Place Place, T Waiting, T Written)
    {
        public short Version { get; } = Writer.Version;
    }
}
