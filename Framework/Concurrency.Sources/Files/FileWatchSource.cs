using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Publishes the changes of files and directories.</summary>
/// <remarks>
/// <para>A path that is a directory when the source starts is watched with what is in it, and with all below it if
/// <see cref="FileWatchSourceOptions.Recursive"/>; any other path is watched as a name in its directory, so that the file may
/// be replaced by a rename, deleted and made again. A watched directory that goes away is reported deleted with all that was
/// in it, and is watched again when it reappears; that one of the directories above it is renamed is not seen.</para>
/// <para>A change is reported with the kind of its last event; several that wait for room are merged per path. A renamed
/// directory is reported together with everything known below it. The files of a new directory are reported, however fast
/// they came after it. When the kernel or the source loses its place, it compares what is there with what it had published and
/// publishes the differences with <see cref="FileChange.Resync"/>: the final state is always reached.</para>
/// <para>A write is reported when the writer closes the file, and while it stays open at most once per
/// <see cref="FileWatchSourceOptions.WriteInterval"/>. Changes of permissions and times are not reported, links are not followed, and
/// writes through a mapping or another machine are not seen.</para>
/// <para>All file sources of one executor share one inotify instance. Linux only.</para>
/// </remarks>
public sealed class FileWatchSource : IEventSource<FileChange>
{
    private readonly SourceRun<FileChange> _run;
    private readonly FileWatchPump _pump;

    /// <summary>Makes a source of one file or directory.</summary>
    /// <param name="path">A directory, or a file that need not exist in a directory that does when the source starts.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileWatchSource(string path, FileWatchSourceOptions? options = null)
        : this([path], options)
    {
    }

    /// <summary>Makes a source of several files and directories, none of which covers another.</summary>
    /// <inheritdoc cref="FileWatchSource(string, FileWatchSourceOptions?)"/>
    /// <param name="paths">One or more paths.</param>
    /// <param name="options">Null for the defaults.</param>
    public FileWatchSource(IEnumerable<string> paths, FileWatchSourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        options ??= new FileWatchSourceOptions();
        Paths = Array.AsReadOnly(paths.Select(FullPath).Distinct().ToArray());
        if (Paths.Count == 0)
        {
            throw new ArgumentException("A file source needs paths: none was given. Name at least one file or directory.", nameof(paths));
        }

        _run = new SourceRun<FileChange>(options.Name ?? "files", options.Capacity);
        _pump = new FileWatchPump(_run, Paths, options);
    }

    /// <inheritdoc/>
    public string Name => _run.Name;

    /// <summary>The full paths that this source watches.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <inheritdoc/>
    public ChannelReader<FileChange> Events => _run.Events;

    /// <inheritdoc/>
    public SourceStatistics Statistics => _run.Statistics;

    /// <summary>Begins to watch; completes when every directory is watched.</summary>
    /// <inheritdoc/>
    /// <exception cref="DirectoryNotFoundException">A directory does not exist.</exception>
    /// <exception cref="IOException">A limit of inotify was reached; the message names it, its value and what to do.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform is not Linux.</exception>
    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) =>
        _run.StartAsync(executor, _pump, cancellationToken);

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _run.Stop();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private static string FullPath(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Path.GetFullPath(path);
    }
}
