namespace Repository.Tests.Scanning;

/// <summary>The files of the repository that holds the running tests; build output is left out.</summary>
internal static class WorkingTree
{
    private static readonly HashSet<string> s_skipped = new(StringComparer.Ordinal)
    {
        ".git", ".idea", ".vs", "artifacts", "bin", "BenchmarkDotNet.Artifacts", "node_modules", "obj", "TestResults",
    };

    private static readonly Lazy<IReadOnlyList<TextFile>> s_files = new(Read);

    public static string Root { get; } = FindRoot();

    /// <summary>Every text file, in the order of its path.</summary>
    public static IReadOnlyList<TextFile> Files => s_files.Value;

    /// <summary>The C# files of the shipped assemblies.</summary>
    public static IEnumerable<TextFile> Library => Files.Where(file => file.IsCSharp && file.IsUnder("Framework"));

    /// <summary>The names of the shipped assemblies: one project per folder of Framework.</summary>
    public static IEnumerable<string> ShippedAssemblies =>
        from file in Files
        where file.IsUnder("Framework") && file.Path.EndsWith(".csproj", StringComparison.Ordinal)
        select System.IO.Path.GetFileNameWithoutExtension(file.Path);

    public static string Absolute(string path) => System.IO.Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Concurrency.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            $"No folder above '{AppContext.BaseDirectory}' holds Concurrency.sln. Run the tests from a build inside the repository.");
    }

    private static TextFile[] Read() =>
    [
        .. from path in Walk(Root)
           let relative = System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/')
           orderby relative.ToUpperInvariant(), relative
           let text = File.ReadAllText(path)
           where !text.Contains('\0', StringComparison.Ordinal)
           select new TextFile(relative, text),
    ];

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder)
            .Where(path => !s_skipped.Contains(System.IO.Path.GetFileName(path)))
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(path => !s_skipped.Contains(System.IO.Path.GetFileName(path)))
                .SelectMany(Walk));
}
