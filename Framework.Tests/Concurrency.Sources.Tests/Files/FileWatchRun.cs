using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>A started file source over a new directory, read up to sentinels.</summary>
internal sealed class FileWatchRun : IAsyncDisposable
{
    private readonly bool _ownsExecutor;
    private int _sentinels;

    private FileWatchRun(Executor executor, bool ownsExecutor, TempDirectory directory, FileWatchSource source)
    {
        Executor = executor;
        _ownsExecutor = ownsExecutor;
        Directory = directory;
        Source = source;
    }

    public Executor Executor { get; }

    public TempDirectory Directory { get; }

    public FileWatchSource Source { get; }

    /// <summary>Everything that was read.</summary>
    public List<FileChange> Read { get; } = [];

    public static Task<FileWatchRun> StartAsync(FileWatchSourceOptions? options = null, string path = "", Executor? executor = null) =>
        StartAsync(_ => { }, options, path, executor);

    /// <summary>Prepares a new directory and starts a source on it, or on one path in it.</summary>
    public static async Task<FileWatchRun> StartAsync(
        Action<TempDirectory> prepare, FileWatchSourceOptions? options = null, string path = "", Executor? executor = null)
    {
        var directory = new TempDirectory();
        prepare(directory);
        var source = new FileWatchSource(directory / path, options);
        var run = new FileWatchRun(executor ?? TestExecutors.Create(ExecutorKind.Cooperative), executor is null, directory, source);
        await source.StartAsync(run.Executor).Within("starting");
        return run;
    }

    /// <summary>Reads up to what a new directory makes, so that nothing of before can still come, and returns what came before it.</summary>
    public async Task<List<FileChange>> ReadUpToNowAsync(string below = "")
    {
        var sentinel = Directory / Path.Join(below, $"sentinel{++_sentinels}");
        System.IO.Directory.CreateDirectory(sentinel);
        return await ReadUpToAsync(change => change.Path == sentinel);
    }

    /// <summary>Reads up to an event and returns what came before it.</summary>
    public async Task<List<FileChange>> ReadUpToAsync(Func<FileChange, bool> isLast)
    {
        var changes = new List<FileChange>();
        while (true)
        {
            var change = await NextAsync();
            if (isLast(change))
            {
                return changes;
            }

            changes.Add(change);
        }
    }

    public async Task<FileChange> NextAsync()
    {
        var change = await Source.Events.ReadAsync().Within($"the next file event; {Source.Statistics}");
        Read.Add(change);
        return change;
    }

    /// <summary>Stops, reads the rest and checks the accounts.</summary>
    public async Task<List<FileChange>> StopAsync()
    {
        await Source.StopAsync().Within("stopping");
        var rest = new List<FileChange>();
        while (await Source.Events.WaitToReadAsync().Within($"the rest; {Source.Statistics}"))
        {
            while (Source.Events.TryRead(out var change))
            {
                rest.Add(change);
            }
        }

        Read.AddRange(rest);
        var statistics = Source.Statistics;
        Assert.Equal(statistics.Observed, statistics.Coalesced + statistics.Published);
        Assert.Equal(statistics.Published, Read.Count + statistics.Dropped + statistics.Undelivered);
        return rest;
    }

    /// <summary>The paths that exist for somebody who knew those at the start and has read every event.</summary>
    public HashSet<string> PathsAsRead(IEnumerable<string> atStart)
    {
        var paths = new HashSet<string>(atStart);
        foreach (var change in Read)
        {
            switch (change.Kind)
            {
                case FileChangeKind.Deleted:
                    paths.Remove(change.Path);
                    break;
                case FileChangeKind.Renamed:
                    paths.Remove(change.OldPath!);
                    paths.Add(change.Path);
                    break;
                default:
                    paths.Add(change.Path);
                    break;
            }
        }

        return paths;
    }

    /// <summary>The paths that exist.</summary>
    public HashSet<string> PathsOnDisk() => [.. System.IO.Directory.EnumerateFileSystemEntries(Directory.Path, "*", SearchOption.AllDirectories)];

    public static string[] Short(IEnumerable<FileChange> changes) =>
        [.. changes.Select(change => change.OldPath is { } old
            ? $"{change.Kind} {Path.GetFileName(old)}->{Path.GetFileName(change.Path)}"
            : $"{change.Kind} {Path.GetFileName(change.Path)}")];

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().Within("disposing the source");
        if (_ownsExecutor)
        {
            await Executor.DisposeAsync().Within("disposing the executor");
        }

        Directory.Dispose();
    }
}
