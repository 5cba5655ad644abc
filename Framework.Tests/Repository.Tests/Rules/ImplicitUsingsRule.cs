using System.Text.RegularExpressions;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>A package's implicit usings are exactly the namespaces in which it has public types.</summary>
internal static partial class ImplicitUsingsRule
{
    public static string PathFor(string assembly) => $"Framework/{assembly}/buildTransitive/{assembly}.props";

    public static IEnumerable<Violation> Check(TextFile props, IEnumerable<Type> exportedTypes)
    {
        var existing = exportedTypes.Select(type => type.Namespace!).ToHashSet(StringComparer.Ordinal);
        var listed = (from index in Enumerable.Range(0, props.Lines.Length)
                      let include = Using().Match(props.Lines[index])
                      where include.Success
                      select (Namespace: include.Groups["name"].Value, Line: index + 1)).ToArray();
        var unknown = from entry in listed
                      where !existing.Contains(entry.Namespace)
                      select props.At(entry.Line, $"No public type is in '{entry.Namespace}': consumers would not compile. Remove the line.");
        var missing = from name in existing.Order(StringComparer.Ordinal)
                      where listed.All(entry => entry.Namespace != name)
                      select props.At(1, $"Consumers do not get '{name}'. Add <Using Include=\"{name}\" />.");
        return unknown.Concat(missing);
    }

    [GeneratedRegex(@"<Using Include=""(?<name>[\w.]+)""")]
    private static partial Regex Using();
}
