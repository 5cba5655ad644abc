using Concurrency.Execution;
using Concurrency.Sources.Interop;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Works off kernel events, publishes, and keeps the roots watched.</summary>
internal sealed class FileWatchPump(SourceRun<FileChange> run, IReadOnlyList<string> paths, FileWatchSourceOptions options) : ISourcePump
{
    private const uint RootEnded = Inotify.Ignored | Inotify.DeleteSelf | Inotify.MoveSelf | Inotify.Unmount;

    private readonly Lock _gate = new();
    private RawInbox? _inbox;
    private bool _ceased;
    private Executor? _executor;
    private TimeProvider? _clock;
    private TimeProvider? _timers;
    private ITimer? _timer;
    private List<WatchRoot> _roots = [];
    private InotifyWatches? _watches;
    private FileView? _view;
    private FilePublisher? _publisher;
    private FileScanner? _scanner;
    private List<RawChange> _spare = [];

    public void Begin(Executor executor)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException(
                $"The file source '{run.Name}' needs inotify, which only Linux has. Use FileSystemWatcher on this platform.");
        }

        _executor = executor;
        _timers = executor.TimeProvider;
        _clock = options.TimeProvider ?? executor.TimeProvider;
        lock (_gate)
        {
            _inbox = new RawInbox(run.Wake, _clock, options.RawLimit);
            if (_ceased)
            {
                _inbox.Close();
            }
        }
    }

    public async Task RunAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(Executor.Current is not null);
            run.ReportStarted();
            while (!await TurnAsync().ConfigureAwait(Executor.Current is not null))
            {
                await run.Wake.WaitAsync().ConfigureAwait(Executor.Current is not null);
            }
        }
        finally
        {
            Close();
        }
    }

    public void Cease()
    {
        lock (_gate)
        {
            _ceased = true;
            _inbox?.Close();
        }
    }

    public long Abandon()
    {
        var pending = _view?.Pending.Count ?? 0;
        _view?.Pending.Clear();
        return pending;
    }

    private async ValueTask OpenAsync()
    {
        _roots = WatchRoot.Resolve(paths, options);
        _watches = new InotifyWatches(InotifyHub.Acquire(_executor!, _inbox!), _inbox!);
        _view = new FileView(run, options, _timers!, _watches);
        _publisher = new FilePublisher(run, _view.Pending, options.Capacity, _clock!);
        _scanner = new FileScanner(run, _view, _publisher, _watches, _clock!);
        _timer = _timers!.CreateTimer(static wake => ((WakeSignal)wake!).Wake(), run.Wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (var root in _roots)
        {
            await _scanner.SeedAsync(root).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Works off what there is; true when the source has published everything and should end.</summary>
    private async ValueTask<bool> TurnAsync()
    {
        run.Ending.ThrowIfCancellationRequested();
        var stopping = run.StopRequested;
        await ApplyAsync().ConfigureAwait(Executor.Current is not null);
        _view!.ReleaseDue(_timers!.GetTimestamp(), all: stopping);
        while (_scanner!.ResyncOwed)
        {
            await _scanner.ResyncAsync(_roots).ConfigureAwait(Executor.Current is not null);
            await AwaitMissingRootsAsync().ConfigureAwait(Executor.Current is not null);
        }

        _publisher!.Flush();
        if (stopping)
        {
            return _view.Pending.Count == 0;
        }

        ArmTimer();
        return false;
    }

    private async ValueTask ApplyAsync()
    {
        while (true)
        {
            var changes = _inbox!.Take(_spare, out var overflowed);
            foreach (var change in changes)
            {
                await ApplyOneAsync(change).ConfigureAwait(Executor.Current is not null);
                await _publisher!.BreatheAsync().ConfigureAwait(Executor.Current is not null);
            }

            _scanner!.ResyncOwed |= overflowed;
            var worked = changes.Count > 0;
            changes.Clear();
            _spare = changes;
            if (!worked || _scanner.ResyncOwed)
            {
                return;
            }
        }
    }

    private async ValueTask ApplyOneAsync(RawChange change)
    {
        var watch = change.Watch;
        if (watch.Awaited is { } awaited)
        {
            var appeared = (change.Mask & (Inotify.Create | Inotify.MovedTo)) != 0 && change.Name == awaited.AwaitedName;
            if (awaited.Anchor == watch && (appeared || (change.Mask & RootEnded) != 0))
            {
                await AwaitRootAsync(awaited).ConfigureAwait(Executor.Current is not null);
            }
        }
        else if (watch.Entry is { } directory && directory.Watch == watch)
        {
            var root = RootOf(directory);
            if ((change.Mask & RootEnded) == 0)
            {
                _view!.Apply(root, directory, change);
                await _scanner!.EnterNewDirectoriesAsync().ConfigureAwait(Executor.Current is not null);
            }
            else if (directory == root.Entry)
            {
                _view!.Gone(directory, change.Timestamp);
                await AwaitRootAsync(root).ConfigureAwait(Executor.Current is not null);
            }
            else if (watch.Descriptor < 0)
            {
                directory.Watch = null;
            }
        }
    }

    private async ValueTask AwaitMissingRootsAsync()
    {
        foreach (var root in _roots)
        {
            if (root.Entry.Watch is null)
            {
                await AwaitRootAsync(root).ConfigureAwait(Executor.Current is not null);
            }
            else
            {
                EndAnchor(root);
            }
        }
    }

    /// <summary>Watches a root again, or what is above it until it appears.</summary>
    private async ValueTask AwaitRootAsync(WatchRoot root)
    {
        while (true)
        {
            EndAnchor(root);
            if (_scanner!.TryWatch(root, root.Entry))
            {
                await _scanner.EnterRootAsync(root).ConfigureAwait(Executor.Current is not null);
                return;
            }

            var awaited = root.Directory;
            while (root.Anchor is null && Path.GetDirectoryName(awaited) is { } above)
            {
                root.Anchor = _watches!.BeginAwaiting(root, above);
                root.AwaitedName = Path.GetFileName(awaited);
                awaited = root.Anchor is null ? above : awaited;
            }

            // What appeared before the anchor was in place sends no event.
            if (!Directory.Exists(awaited))
            {
                return;
            }
        }
    }

    private void EndAnchor(WatchRoot root)
    {
        if (root.Anchor is { } anchor)
        {
            root.Anchor = null;
            _watches!.End(anchor);
        }
    }

    private WatchRoot RootOf(PathEntry entry)
    {
        while (entry.Parent is { } parent)
        {
            entry = parent;
        }

        return _roots.First(root => root.Entry == entry);
    }

    private void ArmTimer()
    {
        if (_view!.NextDue() is { } due)
        {
            // Timers count whole milliseconds: one more, or the timer would come too early and again.
            var ticks = Math.Max(0, due - _timers!.GetTimestamp());
            var wait = TimeSpan.FromSeconds((double)ticks / _timers.TimestampFrequency) + TimeSpan.FromMilliseconds(1);
            _timer!.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Close()
    {
        _timer?.Dispose();
        if (_watches is null)
        {
            return;
        }

        foreach (var root in _roots)
        {
            EndAnchor(root);
            foreach (var entry in root.Entry.Subtree())
            {
                _watches.End(entry);
            }
        }

        _watches.Release();
    }
}
