using System.Text.RegularExpressions;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Relative links in Markdown lead to files and headings that exist.</summary>
internal static partial class LinkRule
{
    public static IEnumerable<Violation> Check(IReadOnlyCollection<TextFile> files)
    {
        var known = files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        return from file in files
               where file.IsMarkdown
               from index in Enumerable.Range(0, file.Lines.Length)
               from Match match in Link().Matches(file.Lines[index])
               let target = match.Groups["target"].Value
               where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
               where !Exists(file, target, known)
               select file.At(index + 1, $"The link '{target}' leads nowhere. Correct it or add what it names.");
    }

    private static bool Exists(TextFile file, string target, Dictionary<string, TextFile> known)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? file.Path : Resolve(file.Path, parts[0]);
        if (known.TryGetValue(path, out var found))
        {
            return parts.Length == 1 || !found.IsMarkdown || AnchorsOf(found).Contains(parts[1]);
        }

        return parts.Length == 1 && known.Keys.Any(key => key.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
    }

    private static string Resolve(string from, string target)
    {
        var segments = new Stack<string>(from.Split('/')[..^1]);
        foreach (var segment in target.Split('/').Where(segment => segment is not ("." or "")))
        {
            if (segment != "..")
            {
                segments.Push(segment);
            }
            else if (!segments.TryPop(out _))
            {
                return "outside the repository";
            }
        }

        return string.Join('/', segments.Reverse());
    }

    private static HashSet<string> AnchorsOf(TextFile file) =>
    [
        .. from line in file.Lines
           where line.StartsWith('#')
           let heading = line.TrimStart('#').Trim().ToLowerInvariant()
           select NotInAnchors().Replace(heading, "").Replace(' ', '-'),
    ];

    [GeneratedRegex(@"(?<!`)\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
