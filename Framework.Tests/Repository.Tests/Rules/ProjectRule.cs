using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Every project is in the solution and has a lock file; versions are central; shipped code never sees the test kit.</summary>
internal static class ProjectRule
{
    private static readonly string[] s_neverShipped = ["Concurrency.Testing", "TestSupport"];

    public static IEnumerable<Violation> Check(IReadOnlyCollection<TextFile> files)
    {
        var solution = files.Single(file => file.Path == "Concurrency.sln").Text.Replace('\\', '/');
        var paths = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return files
            .Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) && !file.IsUnder(".ci"))
            .SelectMany(project => CheckProject(project, solution, paths));
    }

    private static IEnumerable<Violation> CheckProject(TextFile project, string solution, HashSet<string> paths)
    {
        if (!solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
        {
            yield return project.At(1, $"The project is not in Concurrency.sln. Run 'dotnet sln add {project.Path}'.");
        }

        if (!paths.Contains(Path.GetDirectoryName(project.Path)!.Replace('\\', '/') + "/packages.lock.json"))
        {
            yield return project.At(1, "The project has no packages.lock.json. Restore it and commit the file.");
        }

        for (var index = 0; index < project.Lines.Length; index++)
        {
            var line = project.Lines[index];
            if (line.Contains("<PackageReference", StringComparison.Ordinal) && line.Contains("Version=", StringComparison.Ordinal))
            {
                yield return project.At(index + 1, "A version in a project. Pin it in Directory.Packages.props.");
            }

            if (project.IsUnder("Framework") && !project.IsUnder("Framework/Concurrency.Testing.Xunit") && line.Contains("Reference ", StringComparison.Ordinal)
                && s_neverShipped.FirstOrDefault(name => line.Contains(name, StringComparison.Ordinal)) is { } name)
            {
                yield return project.At(index + 1, $"A shipped assembly references {name}. Only tests may.");
            }
        }
    }
}
