using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Coverage;

/// <summary>Which tests cover which row, read from the names in the sources of the tests.</summary>
internal static partial class CoverageTable
{
    public const string Page = "docs/coverage.md";
    public const string RowsFile = "Framework.Tests/Repository.Tests/Coverage/rows.txt";

    /// <summary>The rows in the order of their file.</summary>
    public static IReadOnlyList<CoverageRow> Rows(TextFile file, List<Violation> violations)
    {
        var rows = new List<CoverageRow>();
        var group = "";
        for (var index = 0; index < file.Lines.Length; index++)
        {
            var line = file.Lines[index];
            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                group = line[2..];
            }
            else if (RowLine().Match(line) is { Success: true } match && rows.All(row => row.Id != match.Groups["id"].Value))
            {
                rows.Add(new CoverageRow(match.Groups["id"].Value, match.Groups["title"].Value, group, line[0] == '+'));
            }
            else if (!line.StartsWith("# ", StringComparison.Ordinal))
            {
                violations.Add(file.At(index + 1, "Not a row of its own. Write '+ ID | title' once, '-' for a row of a later part."));
            }
        }

        return rows;
    }

    /// <summary>The tests that are named after rows. A name may begin with several IDs; then it counts for each.</summary>
    public static IEnumerable<NamedTest> Tests(IEnumerable<TextFile> sources) =>
        from file in sources
        from method in file.Nodes<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(list => list.Attributes).Any(IsTest)
        let type = (method.Parent as TypeDeclarationSyntax)?.Identifier.Text ?? ""
        from id in Ids(type).Concat(Ids(method.Identifier.Text)).Distinct()
        select new NamedTest(
            id, method.Identifier.Text, type, file.Path, method.Identifier.GetLocation().GetLineSpan().StartLinePosition.Line + 1);

    /// <summary>Tests that are named after no row.</summary>
    public static IEnumerable<Violation> Strangers(IEnumerable<CoverageRow> rows, IEnumerable<NamedTest> tests)
    {
        var known = rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        return from test in tests
               where !known.Contains(test.Id)
               select new Violation(test.Path, test.Line,
                   $"{test.Name} is named after row {test.Id}, which {RowsFile} does not list. Correct the name or add the row.");
    }

    /// <summary>The whole page.</summary>
    public static string Text(IReadOnlyList<CoverageRow> rows, IReadOnlyList<NamedTest> tests)
    {
        var byRow = tests.ToLookup(test => test.Id, StringComparer.Ordinal);
        var due = rows.Where(row => row.IsDue).ToArray();
        var open = due.Where(row => !byRow.Contains(row.Id)).Select(row => row.Id).ToArray();
        var lines = new List<string>
        {
            "# Which test covers which row",
            "",
            "Written by `UPDATE_COVERAGE=1 dotnet test Framework.Tests/Repository.Tests` from the names of the tests; do not edit.",
            "A test of row EV-9b has a name that begins with `EV9b_`. A test of a conformance suite runs for each kind and counts once.",
            "The rows with their titles are `Framework.Tests/Repository.Tests/Coverage/rows.txt`. *later* marks a row of a part that is not built yet.",
            "",
            string.Create(CultureInfo.InvariantCulture, $"{due.Length - open.Length} of {due.Length} rows that are due have a test."),
            "",
            "## Due, without a test",
            "",
            open.Length == 0 ? "none" : string.Join(", ", open),
        };
        foreach (var group in rows.GroupBy(row => row.Group))
        {
            lines.AddRange(["", "## " + group.Key, "", "| row | feature | tests | where |", "|---|---|---|---|"]);
            lines.AddRange(group.Select(row => Line(row, [.. byRow[row.Id]])));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Line(CoverageRow row, NamedTest[] tests)
    {
        var classes = tests.Select(test => test.Class).Distinct().Order(StringComparer.Ordinal).Select(name => $"`{name}`");
        var count = tests.Length > 0 ? tests.Length.ToString(CultureInfo.InvariantCulture) : row.IsDue ? "**none**" : "later";
        return $"| {row.Id} | {row.Title} | {count} | {string.Join(", ", classes)} |";
    }

    private static bool IsTest(AttributeSyntax attribute)
    {
        var name = attribute.Name.ToString();
        return name.EndsWith("Fact", StringComparison.Ordinal)
            || name.EndsWith("Theory", StringComparison.Ordinal)
            || name.EndsWith("Simulation", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(string name)
    {
        var start = 0;
        while (IdOfName().Match(name, start) is { Success: true } match)
        {
            yield return Id(match);
            start = match.Index + match.Length;
        }
    }

    // The letters say which document a row is of: those of two letters have a dash, sections A.6, A.7 and D have dots.
    private static string Id(Match match)
    {
        var (letters, number, clause) = (match.Groups["letters"].Value, match.Groups["number"].Value, match.Groups["clause"].Value);
        return letters.Length == 2 ? $"{letters}-{number}"
            : clause.Length > 0 ? $"{letters}.{number}.{clause}"
            : (letters, number) is ("A", "6") or ("D", _) ? $"{letters}.{number}"
            : letters + number;
    }

    [GeneratedRegex(@"^[+-] (?<id>[A-Z][\w.-]*) \| (?<title>\S.*\S)$")]
    private static partial Regex RowLine();

    [GeneratedRegex(@"\G(?<letters>[A-Z]{1,2})(?<number>\d+[a-z]?)_(?:(?<clause>\d+)_)?")]
    private static partial Regex IdOfName();
}
