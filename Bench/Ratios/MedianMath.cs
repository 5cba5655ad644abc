namespace Concurrency.Bench.Ratios;

/// <summary>The few statistics that a row needs; no assumption about the shape of the noise.</summary>
internal static class MedianMath
{
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = Sorted(values);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The interval of the median from order statistics, interpolated between the two whose coverage encloses the wanted one.</summary>
    /// <remarks>
    /// The k-th smallest and k-th largest of n values enclose the median unless fewer than k values fall on one side of it:
    /// a coin thrown n times. The coverages reached by whole k are coarse (n = 9: 96 %, then 82 %), so the ends are
    /// interpolated by the rule of Hettmansperger and Sheather. Fewer than 5 values cannot reach 90 %: the whole range is given.
    /// </remarks>
    public static Interval MedianInterval(IReadOnlyCollection<double> values, double coverage = 0.9)
    {
        var sorted = Sorted(values);
        var n = sorted.Length;
        var k = 1;
        if (Coverage(n, k) <= coverage)
        {
            return new Interval(sorted[0], sorted[^1]);
        }

        while (k + 1 <= n / 2 && Coverage(n, k + 1) >= coverage)
        {
            k++;
        }

        if (k + 1 > (n + 1) / 2)
        {
            return new Interval(sorted[k - 1], sorted[n - k]);
        }

        var outer = Coverage(n, k);
        var inner = Coverage(n, k + 1);
        var share = (outer - coverage) / (outer - inner);
        var weight = (n - k) * share / (k + ((n - (2 * k)) * share));
        return new Interval(
            sorted[k - 1] + (weight * (sorted[k] - sorted[k - 1])),
            sorted[n - k] - (weight * (sorted[n - k] - sorted[n - k - 1])));
    }

    /// <summary>The smallest value that at least a share of all values does not exceed.</summary>
    public static long Percentile(ReadOnlySpan<long> sorted, double share)
    {
        if (sorted.IsEmpty)
        {
            throw new ArgumentException("A percentile of nothing was asked for. Take at least one measurement first.", nameof(sorted));
        }

        var rank = (int)Math.Ceiling(share * sorted.Length) - 1;
        return sorted[Math.Clamp(rank, 0, sorted.Length - 1)];
    }

    /// <summary>The chance that the k-th smallest and the k-th largest of n values enclose their median.</summary>
    internal static double Coverage(int n, int k)
    {
        var term = Math.Pow(0.5, n);
        var tail = 0.0;
        for (var i = 0; i < k; i++)
        {
            tail += term;
            term = term * (n - i) / (i + 1);
        }

        return Math.Max(0, 1 - (2 * tail));
    }

    private static double[] Sorted(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("The median of nothing was asked for. Take at least one sample first.", nameof(values));
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
