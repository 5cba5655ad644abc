using System.Text.RegularExpressions;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Every C# block of the documentation is the body of a <c>#region</c> in a test that runs it.</summary>
internal static partial class SnippetRule
{
    public const string SourceFolder = "Framework.Tests/Documentation.Tests";

    /// <summary>The snippets by name, without their common indentation.</summary>
    public static IReadOnlyDictionary<string, string[]> Read(IEnumerable<TextFile> sources, List<Violation> violations)
    {
        var snippets = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var file in sources)
        {
            ReadFile(file, snippets, violations);
        }

        return snippets;
    }

    /// <summary>The text that the Markdown file should have; violations only where a marker or its region is missing.</summary>
    public static string[] Fill(TextFile markdown, IReadOnlyDictionary<string, string[]> snippets, List<Violation> violations)
    {
        var filled = new List<string>();
        var fence = (Marker: (string?)null, Start: -1);
        for (var index = 0; index < markdown.Lines.Length; index++)
        {
            var line = markdown.Lines[index];
            if (fence.Start < 0 && Fence().Match(line) is { Success: true } opening)
            {
                fence = (MarkerBefore(markdown.Lines, index), index);
                CheckOpening(markdown, index, opening.Groups["language"].Value, fence.Marker, snippets, violations);
                filled.Add(line);
            }
            else if (fence.Start >= 0 && line.TrimEnd() == "```")
            {
                filled.AddRange(fence.Marker is not null && snippets.TryGetValue(fence.Marker, out var body)
                    ? body
                    : markdown.Lines[(fence.Start + 1)..index]);
                filled.Add(line);
                fence.Start = -1;
            }
            else if (fence.Start < 0)
            {
                filled.Add(line);
            }
        }

        if (fence.Start >= 0)
        {
            violations.Add(markdown.At(fence.Start + 1, "The code block has no end."));
            return markdown.Lines;
        }

        return [.. filled];
    }

    /// <summary>Violations of one Markdown file, with the first line that differs from its region.</summary>
    public static IEnumerable<Violation> Check(TextFile markdown, IReadOnlyDictionary<string, string[]> snippets)
    {
        var violations = new List<Violation>();
        var filled = Fill(markdown, snippets, violations);
        if (violations.Count == 0 && !filled.SequenceEqual(markdown.Lines))
        {
            var same = filled.Zip(markdown.Lines).TakeWhile(pair => pair.First == pair.Second).Count();
            violations.Add(markdown.At(same + 1,
                $"The code block differs from its region, which has '{filled.ElementAtOrDefault(same)?.Trim()}' here. "
                + "Change the region, then run 'UPDATE_SNIPPETS=1 dotnet test Framework.Tests/Repository.Tests'."));
        }

        return violations;
    }

    /// <summary>Regions that no page shows.</summary>
    public static IEnumerable<Violation> Unused(IEnumerable<TextFile> sources, IEnumerable<TextFile> markdown)
    {
        var shown = markdown.SelectMany(file => file.Lines).Select(line => Marker().Match(line).Groups["name"].Value).ToHashSet();
        return from file in sources
               from index in Enumerable.Range(0, file.Lines.Length)
               let region = Region().Match(file.Lines[index])
               where region.Success && !shown.Contains(region.Groups["name"].Value)
               select file.At(index + 1, $"No page shows the snippet '{region.Groups["name"].Value}'. Show it or remove the region.");
    }

    private static void ReadFile(TextFile file, Dictionary<string, string[]> snippets, List<Violation> violations)
    {
        var open = -1;
        for (var index = 0; index < file.Lines.Length; index++)
        {
            if (Region().IsMatch(file.Lines[index]))
            {
                if (open >= 0)
                {
                    violations.Add(file.At(index + 1, "A region inside a region. End the first one before."));
                }

                open = index;
            }
            else if (open >= 0 && file.Lines[index].Trim() == "#endregion")
            {
                var name = Region().Match(file.Lines[open]).Groups["name"].Value;
                if (!snippets.TryAdd(name, Dedent(file.Lines[(open + 1)..index])))
                {
                    violations.Add(file.At(open + 1, $"A second snippet is named '{name}'. Choose another name."));
                }

                open = -1;
            }
        }
    }

    private static void CheckOpening(
        TextFile markdown, int index, string language, string? marker, IReadOnlyDictionary<string, string[]> snippets, List<Violation> violations)
    {
        if (language.Length == 0)
        {
            violations.Add(markdown.At(index + 1, "The code block has no language. Name it; 'text' for plain text."));
        }
        else if (marker is null && language.ToUpperInvariant() is "CSHARP" or "CS" or "C#")
        {
            violations.Add(markdown.At(index + 1,
                $"C# that nobody compiles. Put it in a region of a test in {SourceFolder} and write '<!-- snippet: name -->' above the block."));
        }
        else if (marker is not null && !snippets.ContainsKey(marker))
        {
            violations.Add(markdown.At(index + 1, $"There is no region '{marker}' in {SourceFolder}. Write it or correct the name."));
        }
    }

    private static string? MarkerBefore(string[] lines, int index)
    {
        var before = lines[..index].LastOrDefault(line => line.Trim().Length > 0) ?? "";
        return Marker().Match(before) is { Success: true } marker ? marker.Groups["name"].Value : null;
    }

    private static string[] Dedent(string[] lines)
    {
        var indent = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return [.. lines.Select(line => line.Length <= indent ? "" : line[indent..])];
    }

    [GeneratedRegex(@"^```(?<language>[\w#+-]*)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*<!-- snippet: (?<name>[\w.-]+) -->\s*$")]
    private static partial Regex Marker();

    [GeneratedRegex(@"^\s*#region (?<name>[\w.-]+)\s*$")]
    private static partial Regex Region();
}
