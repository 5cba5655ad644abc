namespace Concurrency.Bench.Ratios;

/// <summary>The samples of one launch, in the order in which they were taken; sample i of both sides is one pair.</summary>
internal sealed record LaunchSamples(double[] Baseline, double[] Ours)
{
    /// <summary>Cores that other processes kept busy meanwhile.</summary>
    public double Others { get; init; }
}
