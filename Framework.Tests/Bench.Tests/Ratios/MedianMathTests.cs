using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Tests.Ratios;

public sealed class MedianMathTests
{
    [Theory]
    [InlineData(new[] { 7.0 }, 7.0)]
    [InlineData(new[] { 3.0, 1.0, 2.0 }, 2.0)]
    [InlineData(new[] { 4.0, 1.0, 3.0, 2.0 }, 2.5)]
    public void Median_UnsortedValues_IsTheMiddle(double[] values, double expected)
    {
        Assert.Equal(expected, MedianMath.Median(values));
    }

    [Fact]
    public void Median_LeavesItsInputAsItWas()
    {
        double[] values = [3, 1, 2];

        MedianMath.Median(values);
        MedianMath.MedianInterval(values);

        Assert.Equal([3.0, 1.0, 2.0], values);
    }

    [Fact]
    public void Median_OfNothing_SaysSo()
    {
        var error = Assert.Throws<ArgumentException>(() => MedianMath.Median([]));

        Assert.Contains("median of nothing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1, 0.9375)]
    [InlineData(9, 2, 0.9609375)]
    [InlineData(9, 3, 0.8203125)]
    [InlineData(21, 7, 0.921646)]
    public void Coverage_IsThatOfFairCoins(int n, int k, double expected)
    {
        Assert.Equal(expected, MedianMath.Coverage(n, k), 6);
    }

    [Fact]
    public void MedianInterval_NineValues_LiesBetweenTheSecondAndTheThirdFromEachEnd()
    {
        var interval = MedianMath.MedianInterval([9, 8, 7, 6, 5, 4, 3, 2, 1]);

        Assert.InRange(interval.Low, 2.0, 3.0);
        Assert.Equal(10 - interval.Low, interval.High, 9);
        Assert.Equal(2.728, interval.Low, 9);
    }

    [Fact]
    public void MedianInterval_FewValues_IsTheirWholeRange()
    {
        Assert.Equal(new Interval(1, 4), MedianMath.MedianInterval([2, 1, 4, 3]));
        Assert.Equal(new Interval(5, 5), MedianMath.MedianInterval([5]));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(18)]
    [InlineData(72)]
    public void MedianInterval_AnyCount_IsOrderedAndEnclosesTheMedian(int count)
    {
        double[] values = [.. Enumerable.Range(1, count).Select(i => (double)(i * i))];

        var interval = MedianMath.MedianInterval(values);

        Assert.InRange(MedianMath.Median(values), interval.Low, interval.High);
        Assert.InRange(interval.Low, values[0], values[^1]);
        Assert.InRange(interval.High, values[0], values[^1]);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(18)]
    [InlineData(72)]
    public void MedianInterval_ManyDraws_HoldsTheTrueMedianNineTimesInTen(int count)
    {
        const int draws = 4000;
        var random = new Random(4711);
        var held = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            // Skewed, as timings are; the median of exp(x) is 1 for x around 0.
            double[] values = [.. Enumerable.Range(0, count).Select(_ => Math.Exp((random.NextDouble() * 4) - 2))];
            var interval = MedianMath.MedianInterval(values);
            held += interval.Low <= 1 && 1 <= interval.High ? 1 : 0;
        }

        Assert.InRange((double)held / draws, 0.88, 0.92);
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(0.0, 1)]
    [InlineData(1.0, 100)]
    public void Percentile_OfOneToAHundred_IsTheSmallestThatCoversTheShare(double share, long expected)
    {
        long[] sorted = [.. Enumerable.Range(1, 100)];

        Assert.Equal(expected, MedianMath.Percentile(sorted, share));
    }

    [Fact]
    public void DistanceFromOne_TakesTheFartherEnd()
    {
        Assert.Equal(0.3, new Interval(0.7, 1.1).DistanceFromOne, 9);
        Assert.Equal(0.2, new Interval(0.9, 1.2).DistanceFromOne, 9);
    }
}
