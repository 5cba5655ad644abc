using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Http;

/// <summary>The 99th percentile of latency when both servers get half of what the baseline can take.</summary>
internal sealed class HalfLoadRow : HttpRow
{
    private double _capacity;

    // At most one and a half times the baseline's latency.
    public override RowFacts Facts { get; } = new("http.p99-half-load", "us", 1 / 1.5);

    public override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        if (Warming)
        {
            var saturated = await LoadAsync(side, length, rate: 0);
            _capacity = side == Side.Baseline ? Math.Max(_capacity, saturated.Rate) : _capacity;
        }

        return (await LoadAsync(side, length, _capacity / 2)).P99;
    }
}
