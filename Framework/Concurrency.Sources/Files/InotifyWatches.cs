using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Files;

/// <summary>One source's watches on the shared descriptor.</summary>
internal sealed class InotifyWatches(InotifyHub hub, RawInbox inbox)
{
    /// <summary>Watches a directory of the view, or makes sure that its watch is still of what is there now.</summary>
    /// <param name="entry">Gets the watch.</param>
    /// <param name="followLinks">Whether the path may be a link to a directory.</param>
    /// <param name="stolen">Another entry that had the watch: the directory was moved, and what has that name now is not watched.</param>
    /// <returns>0 or the error number.</returns>
    public int Begin(PathEntry entry, bool followLinks, out PathEntry? stolen)
    {
        var watch = entry.Watch ?? new DirectoryWatch(inbox) { Entry = entry };
        var error = hub.Add(watch, entry.Path, followLinks ? 0 : Inotify.DontFollow, out var former);
        if (error != 0)
        {
            End(entry);
        }
        else
        {
            entry.Watch = watch;
        }

        stolen = former?.Entry;
        if (stolen is not null)
        {
            stolen.Watch = null;
        }

        return error;
    }

    /// <summary>Watches a directory above a root that does not exist; null if it does not exist either.</summary>
    /// <exception cref="IOException">The directory may not be watched, or a limit was reached.</exception>
    public DirectoryWatch? BeginAwaiting(WatchRoot root, string path)
    {
        var watch = new DirectoryWatch(inbox) { Awaited = root };
        return hub.Add(watch, path, flags: 0, out _) switch
        {
            0 => watch,
            Inotify.NoEntry or Inotify.NotADirectory => null,
            var error => throw InotifyFailure.OnWatch(error, path),
        };
    }

    /// <summary>Gives the watch of a moved directory to its new name.</summary>
    public void Hand(PathEntry from, PathEntry to)
    {
        if (from.Watch is not { } watch)
        {
            return;
        }

        End(to);
        from.Watch = null;
        to.Watch = watch;
        watch.Entry = to;
    }

    public void End(PathEntry entry)
    {
        if (entry.Watch is { } watch)
        {
            entry.Watch = null;
            End(watch);
        }
    }

    public void End(DirectoryWatch watch) => hub.Remove(watch);

    /// <summary>Gives up the shared descriptor.</summary>
    public void Release() => hub.Release(inbox);
}
