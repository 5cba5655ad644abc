using System.Text.Json;

namespace Concurrency.Diagnostics;

/// <summary>The JSON form of a snapshot, written by hand so that trimming has nothing to lose.</summary>
internal static class SnapshotJson
{
    public static void Write(Utf8JsonWriter writer, ConcurrencySnapshot snapshot)
    {
        writer.WriteStartObject();
        writer.WriteString("time", snapshot.Time);
        writer.WriteNumber("processId", snapshot.ProcessId);
        writer.WriteNumber("omitted", snapshot.Omitted);
        WriteNodes(writer, "roots", snapshot.Roots);
        writer.WriteEndObject();
    }

    public static ConcurrencySnapshot Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            var root = document.RootElement;
            return new ConcurrencySnapshot
            {
                Time = root.GetProperty("time").GetDateTimeOffset(),
                ProcessId = root.GetProperty("processId").GetInt32(),
                Omitted = root.GetProperty("omitted").GetInt32(),
                Roots = ReadNodes(root, "roots"),
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException(
                $"The text is not a snapshot: {error.Message} Pass what ConcurrencySnapshot.ToJson returned, unchanged.", error);
        }
    }

    private static void WriteNodes(Utf8JsonWriter writer, string name, IReadOnlyList<SnapshotNode> nodes)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var node in nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", node.Kind);
            writer.WriteString("name", node.Name);
            WriteValues(writer, node.Values);
            WriteNodes(writer, "children", node.Children);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // Pairs, not members: an object may say the same key twice, and the order counts.
    private static void WriteValues(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, string>> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("values");
        foreach (var (key, value) in values)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(key);
            writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static SnapshotNode[] ReadNodes(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var array))
        {
            return [];
        }

        return
        [
            .. array.EnumerateArray().Select(static node => new SnapshotNode(
                Text(node.GetProperty("kind")), Text(node.GetProperty("name")), ReadValues(node), ReadNodes(node, "children"))),
        ];
    }

    private static KeyValuePair<string, string>[] ReadValues(JsonElement node)
    {
        if (!node.TryGetProperty("values", out var array))
        {
            return [];
        }

        return
        [
            .. array.EnumerateArray().Select(static pair => pair.GetArrayLength() == 2
                ? new KeyValuePair<string, string>(Text(pair[0]), Text(pair[1]))
                : throw new FormatException("A value is a pair of key and text.")),
        ];
    }

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("A text is null.");
}
