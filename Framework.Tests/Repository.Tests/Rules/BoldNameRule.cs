using System.Reflection;
using System.Text.RegularExpressions;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>The table of fixed names in Framework/README.md tells the truth: <c>| **Type** or **Type.Member** | `Namespace` |</c>.</summary>
internal static partial class BoldNameRule
{
    public const string Table = "Framework/README.md";

    /// <summary>Names that consumers compile against; each one that exists must be in the table.</summary>
    public static readonly string[] Fixed =
    [
        "BoundedChannel", "BoundedChannelPolicy", "ChannelFullException", "ChannelFullMode", "Component", "CooperativeExecutor",
        "DedicatedThreadExecutor", "Executor", "ExecutorRegistry", "ExecutorRejectedException", "ExecutorSpec", "FileWatchSource",
        "HttpSource", "IEventHandler", "IEventSource", "PoolExecutor", "SignalSource", "TaskScope", "TimerSource", "UdpSource",
    ];

    public static IEnumerable<Violation> Check(TextFile readme, IReadOnlyCollection<Type> types)
    {
        var rows = RowsOf(readme).ToArray();
        if (rows.Length == 0)
        {
            return [readme.At(1, "There is no table of names: rows of the form | **Name** | `Namespace` |.")];
        }

        var missing = from row in rows
                      where !types.Any(type => type.Namespace == row.Namespace && Matches(type, row.Name))
                      select readme.At(row.Line, $"There is no public '{row.Name}' in the namespace '{row.Namespace}'. Correct the row or the code.");
        var listed = rows.Select(row => row.Name.Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var unlisted = from name in Fixed
                       where !listed.Contains(name)
                       from type in types.Where(type => PlainName(type) == name).Take(1)
                       select readme.At(rows[^1].Line, $"The table lacks '{name}' ({type.Namespace}). Add a row.");
        return missing.Concat(unlisted);
    }

    private static IEnumerable<(string Name, string Namespace, int Line)> RowsOf(TextFile readme) =>
        from index in Enumerable.Range(0, readme.Lines.Length)
        let cells = Row().Match(readme.Lines[index])
        where cells.Success
        from name in Bold().Matches(cells.Groups["names"].Value)
        select (name.Groups["name"].Value, cells.Groups["namespace"].Value, index + 1);

    private static bool Matches(Type type, string name)
    {
        var parts = name.Split('.');
        return PlainName(type) == parts[0]
            && (parts.Length == 1 || type.GetMember(parts[1], BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance).Length > 0);
    }

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    [GeneratedRegex(@"^\|(?<names>[^|]*\*\*[^|]*)\|\s*`(?<namespace>[\w.]+)`\s*\|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\*\*`?(?<name>[\w.]+)(?:<[\w, ]+>)?`?\*\*")]
    private static partial Regex Bold();
}
