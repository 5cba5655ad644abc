namespace Concurrency.Bench.Ratios;

/// <summary>What a row is, apart from how it is measured.</summary>
/// <param name="Name">Area, a dot, and what is compared.</param>
/// <param name="Unit">Of the figures of both sides.</param>
/// <param name="Bar">The ratio to reach; null for a row that is only shown.</param>
internal sealed record RowFacts(string Name, string Unit, double? Bar)
{
    public string Area => Name[..Name.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>Rates: more is better. Otherwise the figures are costs.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>For a row that has a limit in place of a baseline: the limit, in <see cref="Unit"/>.</summary>
    public double? Limit { get; init; }

    /// <summary>Added to both figures before they are divided, where one of them can be zero.</summary>
    public double Quantum { get; init; }

    /// <summary>Above 1 ours is better, whatever the unit.</summary>
    public double Ratio(double baseline, double ours) => HigherIsBetter
        ? (ours + Quantum) / (baseline + Quantum)
        : (baseline + Quantum) / (ours + Quantum);
}
