using System.Globalization;
using System.Text;

namespace Concurrency.Diagnostics;

/// <summary>Prints a snapshot in the manner of pstree.</summary>
internal static class SnapshotText
{
    public static string Write(ConcurrencySnapshot snapshot)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"process {snapshot.ProcessId} at {snapshot.Time:yyyy-MM-ddTHH:mm:ss.fffZ}\n");
        WriteAll(text, snapshot.Roots, "");
        if (snapshot.Omitted > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"({snapshot.Omitted} more)\n");
        }

        return text.ToString();
    }

    private static void WriteAll(StringBuilder text, IReadOnlyList<SnapshotNode> nodes, string indent)
    {
        for (var index = 0; index < nodes.Count; index++)
        {
            var isLast = index == nodes.Count - 1;
            var node = nodes[index];
            var below = indent + (isLast ? "   " : "│  ");
            text.Append(indent).Append(isLast ? "└─ " : "├─ ").Append(node.Kind).Append(" '").Append(OneLine(node.Name)).Append('\'');
            var multiLine = WriteShort(text, node);
            foreach (var (key, value) in multiLine)
            {
                WriteLong(text, below + (node.Children.Count > 0 ? "│ " : "  "), key, value);
            }

            WriteAll(text, node.Children, below);
        }
    }

    private static List<KeyValuePair<string, string>> WriteShort(StringBuilder text, SnapshotNode node)
    {
        var multiLine = new List<KeyValuePair<string, string>>();
        foreach (var pair in node.Values)
        {
            if (pair.Value.Contains('\n', StringComparison.Ordinal))
            {
                multiLine.Add(pair);
            }
            else
            {
                text.Append(' ').Append(pair.Key).Append('=').Append(pair.Value);
            }
        }

        text.Append('\n');
        return multiLine;
    }

    private static void WriteLong(StringBuilder text, string indent, string key, string value)
    {
        text.Append(indent).Append(key).Append(":\n");
        foreach (var line in value.Split('\n'))
        {
            text.Append(indent).Append(line.TrimEnd('\r')).Append('\n');
        }
    }

    private static string OneLine(string name) => name.ReplaceLineEndings(" ");
}
