using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Traces;

/// <summary>The first line of a trace file: a JSON object.</summary>
internal static class TraceHeader
{
    public const string Format = "simtrace/1";

    private const string Captured = "captured";

    public static byte[] Write(SimulationTrace trace, int bytes, ulong check)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("test", trace.Test);
            json.WriteString("assembly", trace.AssemblyVersion?.ToString());
            json.WriteString("mode", trace.IsCaptured ? Captured : "owned");
            json.WriteString("framework", trace.FrameworkVersion);
            json.WriteString("runtime", trace.Runtime);
            json.WriteNumber("processors", trace.ProcessorCount);
            json.WriteString("seed", Hex(trace.Seed));
            json.WriteString("strategy", trace.Strategy);
            json.WriteNumber("maximumSteps", trace.MaximumSteps);
            json.WriteString("endGrace", trace.EndGrace.ToString("c", CultureInfo.InvariantCulture));
            json.WriteString("faults", trace.Faults.ToString());
            json.WriteString("detectors", trace.Detectors);
            json.WriteNumber("steps", trace.Steps);
            json.WriteString("failure", trace.Failure);
            json.WriteString("hash", Hex(trace.Hash));
            json.WriteNumber("choices", trace.Choices.Count);
            json.WriteNumber("bytes", bytes);
            json.WriteString("check", Hex(check));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"its first line is not the header of a trace ({error.Message})", error);
        }
    }

    public static SimulationTrace ToTrace(JsonElement header, IReadOnlyList<Choice> choices) =>
        new(Unsigned(header, "seed"), Text(header, "strategy") ?? "", choices)
        {
            Test = Text(header, "test"),
            IsCaptured = Text(header, "mode") == Captured,
            AssemblyVersion = Guid.TryParse(Text(header, "assembly"), out var assembly) ? assembly : null,
            FrameworkVersion = Text(header, "framework") ?? "",
            Runtime = Text(header, "runtime") ?? "",
            ProcessorCount = (int)Math.Clamp(Number(header, "processors"), 0, int.MaxValue),
            MaximumSteps = Number(header, "maximumSteps", 1),
            EndGrace = TimeSpan.TryParseExact(Text(header, "endGrace"), "c", CultureInfo.InvariantCulture, out var grace) && grace >= TimeSpan.Zero
                ? grace
                : throw Missing(header, "endGrace"),
            Faults = Level(header),
            Detectors = Text(header, "detectors"),
            Steps = Number(header, "steps"),
            Failure = Text(header, "failure"),
            Hash = Unsigned(header, "hash"),
        };

    public static string? Text(JsonElement header, string name) => header.ValueKind == JsonValueKind.Object && header.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => throw Missing(header, name),
        }
        : null;

    public static long Number(JsonElement header, string name, long least = 0) =>
        header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least
            ? number
            : throw Missing(header, name);

    public static ulong Unsigned(JsonElement header, string name) =>
        ulong.TryParse(Text(header, name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : throw Missing(header, name);

    // Traces that were recorded before there were faults do not say it.
    private static FaultLevel Level(JsonElement header) => Text(header, "faults") is not { } text
        ? FaultLevel.None
        : Enum.TryParse<FaultLevel>(text, out var level) && Enum.IsDefined(level) ? level : throw Missing(header, "faults");

    private static string Hex(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static InvalidDataException Missing(JsonElement header, string name) => new(
        header.TryGetProperty(name, out var value) ? $"its header says '{value.GetRawText()}' for '{name}', which cannot be" : $"its header has no '{name}'");
}
