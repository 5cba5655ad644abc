using Concurrency.Bench.Ratios;
using Concurrency.Sources.Files;

namespace Concurrency.Bench.Sources;

/// <summary>A file is made in a watched directory, until the handler of its creation runs.</summary>
internal sealed class FileRow : LatencyRow
{
    private DirectoryInfo _directory = null!;
    private int _number;

    public override RowFacts Facts { get; } = new("sources.files-latency", "us p50", 1.0);

    public override Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("bench-files-");
        return Task.CompletedTask;
    }

    protected override ValueTask StopAsync()
    {
        _directory.Delete(recursive: true);
        return default;
    }

    protected override async Task<IAsyncDisposable> ObserveAsync(Side side)
    {
        if (side == Side.Baseline)
        {
            return new Watcher(_directory.FullName, Handle);
        }

        var observed = new ObservedSource<FileChange>(new FileWatchSource(_directory.FullName));
        await observed.StartAsync(change =>
        {
            if (change.Kind == FileChangeKind.Created)
            {
                Handle();
            }
        });
        return observed;
    }

    protected override void Cause() => File.Create(Path.Combine(_directory.FullName, $"{_number++}")).Dispose();

    private sealed class Watcher : IAsyncDisposable
    {
        private readonly FileSystemWatcher _watcher;

        public Watcher(string path, Action handle)
        {
            _watcher = new FileSystemWatcher(path);
            _watcher.Created += (_, _) => handle();
            _watcher.EnableRaisingEvents = true;
        }

        public ValueTask DisposeAsync()
        {
            _watcher.Dispose();
            return default;
        }
    }
}
