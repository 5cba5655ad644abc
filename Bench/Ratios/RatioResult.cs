using System.Text.Json.Serialization;

namespace Concurrency.Bench.Ratios;

/// <summary>One line of the report; the JSON names are a contract.</summary>
internal sealed record RatioResult
{
    [JsonPropertyName("row")]
    public required string Row { get; init; }

    [JsonPropertyName("ours")]
    public required double Ours { get; init; }

    [JsonPropertyName("baseline")]
    public required double Baseline { get; init; }

    [JsonPropertyName("unit")]
    public required string Unit { get; init; }

    /// <summary>Median of the paired ratios; above 1 ours is better.</summary>
    [JsonPropertyName("ratio")]
    public required double Ratio { get; init; }

    [JsonPropertyName("low")]
    public required double Low { get; init; }

    [JsonPropertyName("high")]
    public required double High { get; init; }

    /// <summary>The A/A spread as a share: 0.15 is 15 %.</summary>
    [JsonPropertyName("spread")]
    public required double Spread { get; init; }

    [JsonPropertyName("bar")]
    public required double? Bar { get; init; }

    [JsonPropertyName("verdict")]
    [JsonConverter(typeof(VerdictConverter))]
    public required Verdict Verdict { get; init; }

    private sealed class VerdictConverter() : JsonStringEnumConverter<Verdict>(System.Text.Json.JsonNamingPolicy.CamelCase);
}
