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
        ConflatingWriteWaiter<T, TKey>? merging = null;
        var seen = default(MergeCase);
        core.Enter();
        try
        {
            if (core.Writers.Head is not ConflatingWriteWaiter<T, TKey> writer)
            {
                core.OpenForWritersLocked(ref after);
            }
            else if (!TryFindLocked(writer.Key, out var place))
            {
                if (!core.HasRoomLocked)
                {
                    return false;
                }

                core.Writers.Dequeue();
                PlaceLocked(core, writer.Key, writer.Item, ref after);
                after.Settled.Add(writer);
            }
            else if (!Merges)
            {
                core.Writers.Dequeue();
                drop = ReplaceLocked(core, writer.Key, place, writer.Item, writer.Item);
                after.Settled.Add(writer);
            }
            else
            {
                merging = writer;
                seen = new MergeCase(writer.Key, place, core.Items[place.Position], writer.Item, writer.Version);
            }
        }
        finally
        {
            core.Exit();
        }

        if (merging is not null)
        {
            return MergeFor(core, merging, seen);
        }

        var more = !after.Settled.IsEmpty;
        core.Finish(ref after);
        drop.Report(core.OnUndelivered);
        return more;
    }

    private bool MergeFor(ChannelCore<T> core, ConflatingWriteWaiter<T, TKey> writer, MergeCase seen)
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
        var drop = default(Drop<T>);
        core.Enter();
        try
        {
            // The writer may have been cancelled, and even wait again with another item, while the merge ran.
            var stillFirst = ReferenceEquals(core.Writers.Head, writer) && writer.Version == seen.Version;
            if (stillFirst && failure is not null)
            {
                core.Writers.Dequeue();
                writer.Settle(failure);
                after.Settled.Add(writer);
            }
            else if (stillFirst && IsUnchangedLocked(seen.Key, seen.Place))
            {
                core.Writers.Dequeue();
                drop = ReplaceLocked(core, seen.Key, seen.Place, seen.Written, merged!);
                after.Settled.Add(writer);
            }
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        drop.Report(core.OnUndelivered);
        return true;
    }

    /// <summary>Where an item waits, and which of its changes that was.</summary>
    internal readonly record struct Place(long Position, int Change);

    private readonly record struct MergeCase(TKey Key, Place Place, T Waiting, T Written, short Version);
}
