using Concurrency.Execution;
using Concurrency.Sources.Interop;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Watches directories and looks through them: a watch first, then a look, so that nothing is missed in between.</summary>
internal sealed class FileScanner(
    SourceRun<FileChange> run, FileView view, FilePublisher publisher, InotifyWatches watches, TimeProvider clock)
{
    private int _generation;

    /// <summary>Whether the whole state has to be looked at again.</summary>
    public bool ResyncOwed { get; set; }

    /// <summary>Watches a directory; false if it is gone or may not be watched.</summary>
    /// <exception cref="IOException">A limit was reached, or a root may not be watched.</exception>
    public bool TryWatch(WatchRoot root, PathEntry directory)
    {
        var isRoot = directory == root.Entry;
        var error = watches.Begin(directory, followLinks: isRoot, out var stolen);
        if (stolen is not null)
        {
            // A directory was found under a new name before its move was told: the names are not certain any more.
            ResyncOwed = true;
        }

        switch (error)
        {
            case 0:
                return true;
            case Inotify.NoEntry or Inotify.NotADirectory:
                return false;
            case Inotify.NoSpace:
                throw InotifyFailure.OnWatch(error, directory.Path);
            case var _ when isRoot:
                throw InotifyFailure.OnWatch(error, directory.Path);
            default:
                run.CountError();
                return false;
        }
    }

    /// <summary>Remembers what a root holds at the start, without reporting it.</summary>
    public async ValueTask SeedAsync(WatchRoot root)
    {
        if (!TryWatch(root, root.Entry))
        {
            throw InotifyFailure.OnWatch(Inotify.NoEntry, root.Directory);
        }

        root.Entry.Exists = true;
        root.Entry.IsTold = true;
        var directories = new Stack<PathEntry>([root.Entry]);
        while (directories.TryPop(out var directory))
        {
            if (directory != root.Entry && !TryWatch(root, directory))
            {
                continue;
            }

            foreach (var (name, isDirectory) in Look(root, directory))
            {
                if (Enter(root, directory, name, isDirectory) is not { } entry)
                {
                    continue;
                }

                entry.IsTold = FileStamp.TryRead(entry.Path, out var stamp);
                entry.Stamp = stamp;
                if (isDirectory && root.IsRecursive)
                {
                    directories.Push(entry);
                }

                await publisher.BreatheAsync().ConfigureAwait(Executor.Current is not null);
            }
        }
    }

    /// <summary>Watches the directories that have come up and reports what is in them.</summary>
    public async ValueTask EnterNewDirectoriesAsync()
    {
        while (view.NewDirectories.TryPop(out var next))
        {
            var (root, directory) = next;
            if (!directory.Exists || directory.Watch is not null || !TryWatch(root, directory))
            {
                continue;
            }

            foreach (var (name, isDirectory) in Look(root, directory))
            {
                view.Appeared(root, directory, name, isDirectory, clock.GetTimestamp());
                await publisher.BreatheAsync().ConfigureAwait(Executor.Current is not null);
            }
        }
    }

    /// <summary>Reports a root that is there again, with all that is in it.</summary>
    public async ValueTask EnterRootAsync(WatchRoot root)
    {
        view.RootAppeared(root, clock.GetTimestamp());
        foreach (var (name, isDirectory) in Look(root, root.Entry))
        {
            view.Appeared(root, root.Entry, name, isDirectory, clock.GetTimestamp());
            await publisher.BreatheAsync().ConfigureAwait(Executor.Current is not null);
        }

        await EnterNewDirectoriesAsync().ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Compares what is there with what the reader was told and publishes the differences.</summary>
    public async ValueTask ResyncAsync(IReadOnlyList<WatchRoot> roots)
    {
        ResyncOwed = false;
        run.CountResync();
        view.Forget();
        _generation++;
        foreach (var root in roots)
        {
            await CompareAsync(root).ConfigureAwait(Executor.Current is not null);
            await ReportMissingAsync(root).ConfigureAwait(Executor.Current is not null);
        }
    }

    private async ValueTask CompareAsync(WatchRoot root)
    {
        if (!TryWatch(root, root.Entry))
        {
            return;
        }

        root.Entry.Generation = _generation;
        root.Entry.Exists = true;
        if (!root.Entry.IsTold)
        {
            await publisher.PublishResyncAsync(FileChangeKind.Created, root.Entry, default).ConfigureAwait(Executor.Current is not null);
        }

        var directories = new Stack<PathEntry>([root.Entry]);
        while (directories.TryPop(out var directory))
        {
            if (directory != root.Entry && !TryWatch(root, directory))
            {
                continue;
            }

            foreach (var (name, isDirectory) in Look(root, directory))
            {
                if (Enter(root, directory, name, isDirectory) is { } entry)
                {
                    await CompareOneAsync(entry).ConfigureAwait(Executor.Current is not null);
                    await publisher.BreatheAsync().ConfigureAwait(Executor.Current is not null);
                    if (isDirectory && root.IsRecursive)
                    {
                        directories.Push(entry);
                    }
                }
            }
        }
    }

    private async ValueTask CompareOneAsync(PathEntry entry)
    {
        entry.Generation = _generation;
        var isThere = FileStamp.TryRead(entry.Path, out var stamp);
        entry.Exists = isThere;
        if (!isThere || !entry.IsReported)
        {
            return;
        }

        if (!entry.IsTold)
        {
            await publisher.PublishResyncAsync(FileChangeKind.Created, entry, stamp).ConfigureAwait(Executor.Current is not null);
        }
        else if (entry.Stamp.IsDirectory != stamp.IsDirectory)
        {
            await publisher.PublishResyncAsync(FileChangeKind.Deleted, entry, default).ConfigureAwait(Executor.Current is not null);
            await publisher.PublishResyncAsync(FileChangeKind.Created, entry, stamp).ConfigureAwait(Executor.Current is not null);
        }
        else if (entry.Stamp != stamp && !entry.IsDirectory)
        {
            await publisher.PublishResyncAsync(FileChangeKind.Modified, entry, stamp).ConfigureAwait(Executor.Current is not null);
        }
    }

    private async ValueTask ReportMissingAsync(WatchRoot root)
    {
        var all = root.Entry.Subtree();
        for (var i = all.Count - 1; i >= 0; i--)
        {
            var entry = all[i];
            if (entry.Generation == _generation && entry.Exists)
            {
                continue;
            }

            entry.Exists = false;
            watches.End(entry);
            if (entry is { IsTold: true, IsReported: true })
            {
                await publisher.PublishResyncAsync(FileChangeKind.Deleted, entry, default).ConfigureAwait(Executor.Current is not null);
            }

            entry.IsTold = false;
            entry.Prune();
        }
    }

    /// <summary>The entry of a name that exists; null if nobody wants to know.</summary>
    private static PathEntry? Enter(WatchRoot root, PathEntry directory, string name, bool isDirectory)
    {
        if (!root.Reports(name, isDirectory) && !(isDirectory && root.IsRecursive))
        {
            return null;
        }

        var entry = directory.GetOrAdd(name);
        FileView.Exists(root, entry, isDirectory);
        return entry;
    }

    private List<(string Name, bool IsDirectory)> Look(WatchRoot root, PathEntry directory)
    {
        var names = new List<(string Name, bool IsDirectory)>();
        if (root.Names is not null)
        {
            foreach (var name in root.Names)
            {
                if (FileStamp.TryRead(Path.Join(directory.Path, name), out var stamp))
                {
                    names.Add((name, stamp.IsDirectory));
                }
            }
        }
        else if (!DirectoryListing.TryRead(directory.Path, names) && Directory.Exists(directory.Path))
        {
            run.CountError();
        }

        return names;
    }
}
