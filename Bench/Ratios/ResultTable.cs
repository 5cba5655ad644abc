using System.Globalization;
using System.Text;

namespace Concurrency.Bench.Ratios;

/// <summary>The report as plain text, one line per row as it comes.</summary>
internal static class ResultTable
{
    private static readonly CompositeFormat s_layout = CompositeFormat.Parse("{0,-34} {1,11} {2,11} {3,-10} {4,7} {5,15} {6,6} {7,6} {8,6}  {9}");

    public static string Header { get; } = Line("row", "ours", "baseline", "unit", "ratio", "90 % interval", "A/A", "bar", "others", "verdict");

    /// <param name="result">The row.</param>
    /// <param name="others">Cores that other processes kept busy during the row.</param>
    public static string Format(RatioResult result, double others) => Line(
        result.Row,
        Number(result.Ours),
        Number(result.Baseline),
        result.Unit,
        Number(result.Ratio, "0.00"),
        $"{Number(result.Low, "0.00")} .. {Number(result.High, "0.00")}",
        Number(result.Spread, "0 %"),
        result.Bar is { } bar ? Number(bar, "0.##") : "-",
        Number(others, "0.00"),
        result.Verdict.ToString().ToLowerInvariant());

    private static string Number(double value, string? format = null) =>
        value.ToString(format ?? (Math.Abs(value) >= 1000 ? "#,0" : "0.###"), CultureInfo.InvariantCulture);

    private static string Line(params object[] cells) => string.Format(CultureInfo.InvariantCulture, s_layout, cells);
}
