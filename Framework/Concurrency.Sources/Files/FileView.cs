using Concurrency.Sources.Interop;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Turns kernel events into changes: what exists, what moved where, what waits for its other half or for the end of a write.</summary>
/// <remarks>
/// Used by the pump alone. A change counts as observed when it is noted here. Directories that have to be watched and
/// looked through are left in <see cref="NewDirectories"/>.
/// </remarks>
internal sealed class FileView(SourceRun<FileChange> run, FileWatchSourceOptions options, TimeProvider timers, InotifyWatches watches)
{
    private readonly Queue<HeldMove> _moves = new();
    private readonly Dictionary<uint, HeldMove> _movesByCookie = [];
    private readonly LinkedList<HeldWrite> _writes = new();
    private readonly long _moveWindow = Ticks(timers, options.MoveWindow);
    private readonly long _writeInterval = Ticks(timers, options.WriteInterval);

    public PendingChanges Pending { get; } = new();

    /// <summary>Directories that exist and are not watched yet.</summary>
    public Stack<(WatchRoot Root, PathEntry Entry)> NewDirectories { get; } = new();

    /// <summary>Works off one event for a name in a watched directory.</summary>
    public void Apply(WatchRoot root, PathEntry directory, in RawChange raw)
    {
        var isDirectory = (raw.Mask & Inotify.IsDirectory) != 0;
        var known = directory.Find(raw.Name);
        if (known is null && !root.Reports(raw.Name, isDirectory) && !(isDirectory && root.IsRecursive))
        {
            // Nothing that is reported can be meant, except as the target of a move.
            if ((raw.Mask & Inotify.MovedTo) == 0)
            {
                return;
            }
        }

        switch (raw.Mask & (Inotify.Create | Inotify.MovedTo | Inotify.MovedFrom | Inotify.Delete | Inotify.Modify | Inotify.CloseWrite))
        {
            case Inotify.Create:
                Appeared(root, directory, raw.Name, isDirectory, raw.Timestamp);
                break;
            case Inotify.MovedTo:
                MovedTo(root, directory, raw, isDirectory);
                break;
            case Inotify.MovedFrom:
                MovedFrom(known, raw);
                break;
            case Inotify.Delete:
                Settle(known);
                Gone(known, raw.Timestamp);
                break;
            case Inotify.Modify:
                Written(known, raw.Timestamp);
                break;
            case Inotify.CloseWrite:
                Closed(root, directory, known, raw);
                break;
        }
    }

    /// <summary>A path was found or made.</summary>
    public void Appeared(WatchRoot root, PathEntry directory, string name, bool isDirectory, long timestamp)
    {
        var entry = directory.Find(name);
        Settle(entry);
        if (entry is { Exists: true } && entry.IsDirectory != isDirectory)
        {
            Gone(entry, timestamp);
        }

        if (entry is { Exists: true })
        {
            // A look through the directory had seen it before its event came.
            Merge(entry);
        }
        else if (root.Reports(name, isDirectory) || (isDirectory && root.IsRecursive))
        {
            entry = directory.GetOrAdd(name);
            Exists(root, entry, isDirectory);
            Note(FileChangeKind.Created, entry, null, timestamp);
        }

        if (isDirectory && root.IsRecursive && entry is { Watch: null })
        {
            NewDirectories.Push((root, entry));
        }
    }

    /// <summary>A path and all below it are gone.</summary>
    public void Gone(PathEntry? entry, long timestamp)
    {
        if (entry is not { Exists: true })
        {
            if (entry is not null)
            {
                Merge(entry);
            }

            return;
        }

        var all = entry.Subtree();
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (all[i].Exists)
            {
                Vanish(all[i]);
                Note(FileChangeKind.Deleted, all[i], null, timestamp);
            }
        }
    }

    /// <summary>Gives up waiting for what is due at a time; for everything at the end.</summary>
    public void ReleaseDue(long now, bool all)
    {
        while (_moves.TryPeek(out var move) && (all || move.Due <= now || move.Entry.HeldMove != move))
        {
            _moves.Dequeue();
            if (move.Entry.HeldMove == move)
            {
                Settle(move.Entry);
            }
        }

        while (_writes.First is { Value: var write } && (all || write.Due <= now))
        {
            RemoveHeldWrite(write.Entry);
            Note(FileChangeKind.Modified, write.Entry, null, write.Timestamp);
        }
    }

    /// <summary>When <see cref="ReleaseDue"/> has something to do next; null if never.</summary>
    public long? NextDue()
    {
        var move = _moves.TryPeek(out var first) ? first.Due : long.MaxValue;
        var write = _writes.First?.Value.Due ?? long.MaxValue;
        var next = Math.Min(move, write);
        return next == long.MaxValue ? null : next;
    }

    /// <summary>Forgets what waits, to compare the whole state instead.</summary>
    public void Forget()
    {
        run.CountCoalesced(Pending.Count);
        Pending.Clear();
        foreach (var move in _moves)
        {
            move.Entry.HeldMove = null;
        }

        foreach (var write in _writes)
        {
            write.Entry.HeldWrite = null;
        }

        _moves.Clear();
        _movesByCookie.Clear();
        _writes.Clear();
        NewDirectories.Clear();
    }

    /// <summary>A root is there again.</summary>
    public void RootAppeared(WatchRoot root, long timestamp)
    {
        root.Entry.Exists = true;
        Note(FileChangeKind.Created, root.Entry, null, timestamp);
    }

    /// <summary>Marks a path as existing, as what it is.</summary>
    public static void Exists(WatchRoot root, PathEntry entry, bool isDirectory)
    {
        entry.Exists = true;
        entry.IsDirectory = isDirectory;
        entry.IsReported = root.Reports(entry.Name, isDirectory);
    }

    private static long Ticks(TimeProvider clock, TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private void MovedFrom(PathEntry? entry, in RawChange raw)
    {
        Settle(entry);
        if (entry is not { Exists: true })
        {
            Gone(entry, raw.Timestamp);
            return;
        }

        entry.HeldMove = new HeldMove(entry, raw.Cookie, raw.Timestamp, timers.GetTimestamp() + _moveWindow);
        _moves.Enqueue(entry.HeldMove);
        _movesByCookie[raw.Cookie] = entry.HeldMove;
    }

    private void MovedTo(WatchRoot root, PathEntry directory, in RawChange raw, bool isDirectory)
    {
        var source = _movesByCookie.GetValueOrDefault(raw.Cookie)?.Entry;
        var target = directory.Find(raw.Name);
        if (source is not null && target != source)
        {
            Settle(target);
            if (!isDirectory || target is not { Exists: true })
            {
                EndWait(source);
                Moved(root, source, directory, raw.Name, raw.Timestamp);
                return;
            }
        }

        // Moved in from outside, or a directory over another: what was here is another thing now.
        Settle(source);
        Settle(target);
        if (target is { Exists: true } && !isDirectory && !target.IsDirectory)
        {
            Note(FileChangeKind.Modified, target, null, raw.Timestamp);
            return;
        }

        if (target is { Exists: true })
        {
            Gone(target, raw.Timestamp);
        }

        Appeared(root, directory, raw.Name, isDirectory, raw.Timestamp);
    }

    /// <summary>A path and all below it have another name.</summary>
    private void Moved(WatchRoot root, PathEntry from, PathEntry directory, string name, long timestamp)
    {
        var isDirectory = from.IsDirectory;
        if (!root.Reports(name, isDirectory) && !(isDirectory && root.IsRecursive))
        {
            Gone(from, timestamp);
            return;
        }

        var to = directory.GetOrAdd(name);
        var replaced = to.Exists;
        DropHeldWrite(to);
        Exists(root, to, isDirectory);
        watches.Hand(from, to);
        var heldWrite = from.HeldWrite is not null;
        Vanish(from);
        NoteMove(from, to, replaced, timestamp);
        if (heldWrite)
        {
            Written(to, timestamp);
        }

        foreach (var child in from.Children.ToArray())
        {
            Settle(child);
            if (child.Exists)
            {
                Moved(root, child, to, child.Name, timestamp);
            }
        }

        if (isDirectory && root.IsRecursive && to.Watch is null)
        {
            NewDirectories.Push((root, to));
        }
    }

    private void NoteMove(PathEntry from, PathEntry to, bool replaced, long timestamp)
    {
        if (from.IsReported && to.IsReported)
        {
            Note(FileChangeKind.Renamed, to, from, timestamp);
        }
        else
        {
            Note(FileChangeKind.Deleted, from, null, timestamp);
            Note(replaced ? FileChangeKind.Modified : FileChangeKind.Created, to, null, timestamp);
        }
    }

    private void Written(PathEntry? entry, long timestamp)
    {
        if (entry is not { Exists: true, IsDirectory: false })
        {
            return;
        }

        if (_writeInterval == 0)
        {
            Note(FileChangeKind.Modified, entry, null, timestamp);
        }
        else if (entry.HeldWrite is not null)
        {
            Merge(entry);
        }
        else
        {
            entry.HeldWrite = _writes.AddLast(new HeldWrite(entry, timestamp, timers.GetTimestamp() + _writeInterval));
        }
    }

    private void Closed(WatchRoot root, PathEntry directory, PathEntry? entry, in RawChange raw)
    {
        if (entry is { Exists: true })
        {
            DropHeldWrite(entry);
            Note(FileChangeKind.Modified, entry, null, raw.Timestamp);
        }
        else if (FileStamp.TryRead(Path.Join(directory.Path, raw.Name), out var stamp) && !stamp.IsDirectory)
        {
            Appeared(root, directory, raw.Name, isDirectory: false, raw.Timestamp);
        }
    }

    /// <summary>Ends the wait for the other half of a move: the path is gone.</summary>
    private void Settle(PathEntry? entry)
    {
        if (entry?.HeldMove is { } move)
        {
            EndWait(entry);
            Gone(entry, move.Timestamp);
        }
    }

    private void EndWait(PathEntry entry)
    {
        if (entry.HeldMove is { } move)
        {
            entry.HeldMove = null;
            if (_movesByCookie.GetValueOrDefault(move.Cookie) == move)
            {
                _movesByCookie.Remove(move.Cookie);
            }
        }
    }

    private void Vanish(PathEntry entry)
    {
        DropHeldWrite(entry);
        EndWait(entry);
        entry.Exists = false;
        watches.End(entry);
    }

    private void DropHeldWrite(PathEntry entry)
    {
        if (entry.HeldWrite is not null)
        {
            RemoveHeldWrite(entry);
            Merge(entry);
        }
    }

    private void RemoveHeldWrite(PathEntry entry)
    {
        _writes.Remove(entry.HeldWrite!);
        entry.HeldWrite = null;
    }

    private void Merge(PathEntry entry)
    {
        if (entry.IsReported)
        {
            run.CountObserved();
            run.CountCoalesced();
        }
    }

    private void Note(FileChangeKind kind, PathEntry entry, PathEntry? oldEntry, long timestamp)
    {
        if (!entry.IsReported)
        {
            entry.Prune();
            return;
        }

        run.CountObserved();
        if (!Pending.Add(new PendingChange(kind, entry, oldEntry, timestamp)))
        {
            run.CountCoalesced();
        }
    }
}
