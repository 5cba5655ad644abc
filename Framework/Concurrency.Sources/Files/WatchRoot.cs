using System.IO.Enumeration;

namespace Concurrency.Sources.Files;

/// <summary>A directory that the user asked for, whole or for some names in it.</summary>
internal sealed class WatchRoot
{
    private readonly string? _filter;

    private WatchRoot(string directory, HashSet<string>? names, FileWatchSourceOptions options)
    {
        Directory = directory;
        Names = names;
        _filter = options.Filter;
        IsRecursive = options.Recursive && names is null;
        Entry = new PathEntry(null, directory) { IsDirectory = true, IsReported = ReportsDirectories };
    }

    public string Directory { get; }

    /// <summary>The only names of interest; null for all.</summary>
    public HashSet<string>? Names { get; }

    public bool IsRecursive { get; }

    public PathEntry Entry { get; }

    /// <summary>The watch of a directory above, while the root does not exist.</summary>
    public DirectoryWatch? Anchor { get; set; }

    /// <summary>The name that has to appear below the anchor.</summary>
    public string AwaitedName { get; set; } = "";

    private bool ReportsDirectories => Names is null && _filter is null;

    /// <summary>Finds out what the paths are: directories, or files that may not exist yet in directories that do.</summary>
    /// <exception cref="DirectoryNotFoundException">A path is no directory and the one it is in does not exist.</exception>
    /// <exception cref="ArgumentException">One path already covers another.</exception>
    public static List<WatchRoot> Resolve(IReadOnlyList<string> paths, FileWatchSourceOptions options)
    {
        var roots = new List<WatchRoot>();
        foreach (var path in paths)
        {
            if (System.IO.Directory.Exists(path))
            {
                roots.Add(new WatchRoot(Path.TrimEndingDirectorySeparator(path), null, options));
                continue;
            }

            var directory = Path.GetDirectoryName(path);
            if (Path.EndsInDirectorySeparator(path) || !System.IO.Directory.Exists(directory))
            {
                throw new DirectoryNotFoundException(
                    $"'{path}' cannot be watched: the directory '{(Path.EndsInDirectorySeparator(path) ? path : directory)}' does not exist. " +
                    "Make it before the source starts, or check the path.");
            }

            if (roots.Find(root => root.Names is not null && root.Directory == directory) is { } sibling)
            {
                sibling.Names!.Add(Path.GetFileName(path));
            }
            else
            {
                roots.Add(new WatchRoot(directory, new HashSet<string>(StringComparer.Ordinal) { Path.GetFileName(path) }, options));
            }
        }

        RefuseOverlap(roots);
        return roots;
    }

    /// <summary>Whether changes of a name in a directory of this root are reported.</summary>
    public bool Reports(string name, bool isDirectory)
    {
        if (Names is not null)
        {
            return Names.Contains(name);
        }

        return _filter is null || (!isDirectory && FileSystemName.MatchesSimpleExpression(_filter, name, ignoreCase: false));
    }

    private static void RefuseOverlap(List<WatchRoot> roots)
    {
        foreach (var outer in roots)
        {
            foreach (var inner in roots)
            {
                var same = inner.Directory == outer.Directory;
                var below = inner.Directory.StartsWith(Path.Join(outer.Directory, "/"), StringComparison.Ordinal);
                if (inner != outer && outer.Names is null && (same || (below && outer.IsRecursive)))
                {
                    throw new ArgumentException(
                        $"The path '{outer.Directory}' already covers what was asked for in '{inner.Directory}'. Give each path once.");
                }
            }
        }
    }
}
