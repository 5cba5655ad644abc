using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Http;

/// <summary>Requests per second over 64 busy connections.</summary>
internal sealed class HelloRow : HttpRow
{
    public override RowFacts Facts { get; } = new("http.hello-64conn", "req/s", 0.9) { HigherIsBetter = true };

    public override async Task<double> SampleAsync(Side side, TimeSpan length) => (await LoadAsync(side, length, rate: 0)).Rate;
}
