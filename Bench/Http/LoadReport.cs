namespace Concurrency.Bench.Http;

/// <summary>What the load generator saw, one line of JSON on its output.</summary>
/// <param name="Rate">Responses per second.</param>
/// <param name="P50">Median latency in microseconds, from the moment a request was due.</param>
/// <param name="P99">99th percentile of the same.</param>
internal sealed record LoadReport(double Rate, double P50, double P99);
