using Concurrency.Diagnostics;

namespace Concurrency.Tests.Diagnostics;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantile_NothingRecorded_IsNull() => Assert.Null(new LatencyHistogram().Quantile(0.5));

    [Fact]
    public void Quantile_UniformDurations_IsWithinASixteenth()
    {
        var histogram = new LatencyHistogram();
        for (var microseconds = 1; microseconds <= 100_000; microseconds++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(microseconds));
        }

        Assert.InRange(histogram.Quantile(0.5)!.Value.TotalMicroseconds, 50_000, 50_000 * 17 / 16.0);
        Assert.InRange(histogram.Quantile(0.99)!.Value.TotalMicroseconds, 99_000, 99_000 * 17 / 16.0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue / 20)]
    public void Quantile_OneDuration_IsItsBucket(long microseconds)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(new TimeSpan(microseconds * TimeSpan.TicksPerMicrosecond));

        Assert.InRange(histogram.Quantile(1)!.Value.TotalMicroseconds, microseconds, (microseconds * 17 / 16.0) + 1);
    }

    [Fact]
    public void Record_NegativeDuration_CountsAsZero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromSeconds(-1));

        Assert.Equal(TimeSpan.Zero, histogram.Quantile(1));
    }
}
