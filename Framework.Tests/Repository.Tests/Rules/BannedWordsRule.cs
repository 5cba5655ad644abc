using System.Text.RegularExpressions;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Nothing in the repository depends on one machine, and nothing is left for later.</summary>
/// <remarks>The patterns are written so that they do not match themselves.</remarks>
internal static partial class BannedWordsRule
{
    private static readonly (Regex Pattern, string Message)[] s_everywhere =
    [
        (MachinePath(), "is a path of one machine. Use a path relative to the repository or a temporary folder."),
        (RegistryHost(), "is the host of a package registry. Leave the choice to the configuration of the machine."),
        (WorkplaceTool(), "is a tool of one workplace. Name the plain command."),
    ];

    private static readonly (Regex Pattern, string Message)[] s_inCode =
    [
        (LeftForLater(), "is left for later. Do it or delete it."),
        .. s_everywhere,
    ];

    public static IEnumerable<Violation> Check(IEnumerable<TextFile> files) =>
        from file in files
        from rule in file.IsMarkdown ? s_everywhere : s_inCode
        from index in Enumerable.Range(0, file.Lines.Length)
        from Match match in rule.Pattern.Matches(file.Lines[index])
        select file.At(index + 1, $"'{match.Value.Trim()}' {rule.Message}");

    [GeneratedRegex(@"(?<![\w.~}])/(?:roo[t]|wor[k]|hom[e]|User[s]|far[m])/|[A-Z]:\\User[s]\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\bapi\.nuge[t]\.org|registry\.npmj[s]\.|\bdeb\.debia[n]\.|\bpypi\.or[g]|proxy\.golan[g]\.|//[\w.-]*(?:artifactor[y]|nexu[s])\b")]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"\bfar[m]-[a-z]+|\bon[e] dotnet\b|\bon[e]\.lock\b|\bissue[s] show \d")]
    private static partial Regex WorkplaceTool();

    [GeneratedRegex(@"\b(?:TOD[O]|FIXM[E]|HAC[K]|NotImplementedExceptio[n])\b")]
    private static partial Regex LeftForLater();
}
