using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Concurrency.Testing.Reports;

namespace Concurrency.Testing;

/// <summary>A report as JSON.</summary>
internal static class ReportJson
{
    public static byte[] Format(SimulationReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("schedules", report.Schedules);
            json.WriteNumber("steps", report.Steps);
            json.WriteString("hash", report.Hash.ToString("x16", CultureInfo.InvariantCulture));
            json.WriteString("seed", new SimulationSeed(report.Seed).ToString());
            json.WriteString("strategy", report.Strategy);
            json.WriteBoolean("exhaustive", report.IsExhaustive);
            WriteCoverage(json, report.Coverage);
            WriteFailure(json, report.Failure);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCoverage(Utf8JsonWriter json, SimulationCoverage coverage)
    {
        json.WriteStartObject("coverage");
        WriteCounts(json, "choices", coverage.Choices.Select(pair => (pair.Key.ToString(), pair.Value)));
        WriteCounts(json, "selectCases", coverage.SelectCases.Select(pair => (pair.Key, pair.Value)));
        WriteCounts(json, "faults", coverage.Faults.Select(pair => (pair.Key, pair.Value)));
        WriteCounts(json, "sometimes", coverage.Sometimes.Select(pair => (pair.Key, (long)pair.Value)));
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<(string Name, long Count)> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            json.WriteNumber(key, count);
        }

        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, SimulationFailure? failure)
    {
        if (failure is null)
        {
            json.WriteNull("failure");
            return;
        }

        json.WriteStartObject("failure");
        json.WriteString("kind", failure.Kind.ToString());
        json.WriteString("message", failure.Message);
        json.WriteString("exception", failure.Exception?.GetType().FullName);
        json.WriteNumber("schedule", failure.Schedule);
        json.WriteNumber("step", failure.Step);
        json.WriteString("seed", failure.Seed?.ToString());
        json.WriteString("trace", failure.TracePath);
        if (failure.Minimised is { } minimised)
        {
            json.WriteNumber("contextSwitchesBefore", minimised.ContextSwitchesBefore);
            json.WriteNumber("contextSwitchesAfter", minimised.ContextSwitchesAfter);
        }

        WriteTimeline(json, failure.Timeline);
        json.WriteEndObject();
    }

    private static void WriteTimeline(Utf8JsonWriter json, SimulationTimeline? timeline)
    {
        if (timeline is null)
        {
            return;
        }

        json.WriteStartObject("timeline");
        json.WriteNumber("omitted", timeline.Omitted);
        json.WriteStartArray("actors");
        foreach (var actor in timeline.Actors)
        {
            json.WriteStringValue(actor);
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (var row in timeline.Rows)
        {
            WriteRow(json, row);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, TimelineRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("step", row.Step);
        json.WriteNumber("nanoseconds", row.Nanoseconds);
        json.WriteNumber("actor", row.Actor);
        json.WriteString("operation", row.Operation);
        json.WriteString("resource", row.Resource);
        json.WriteString("method", row.Method);
        json.WriteString("file", row.File);
        json.WriteNumber("line", row.Line);
        json.WriteBoolean("switch", row.IsSwitch);
        json.WriteEndObject();
    }
}
