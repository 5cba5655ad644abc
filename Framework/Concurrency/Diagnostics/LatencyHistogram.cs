using System.Numerics;

namespace Concurrency.Diagnostics;

/// <summary>Counts durations in buckets that are at most 1/16 wide, so that quantiles cost no memory per event.</summary>
/// <remarks>Recording is one atomic increment. Resolution: 1 microsecond; a quantile is the upper bound of its bucket.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 4;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[(64 - SubBits) * Sub];

    public void Record(TimeSpan duration)
    {
        var microseconds = Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        Interlocked.Increment(ref _counts[BucketOf(microseconds)]);
    }

    /// <summary>The duration that a share of all recorded ones do not exceed; null when none was recorded.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public TimeSpan? Quantile(double share)
    {
        long total = 0;
        foreach (ref var count in _counts.AsSpan())
        {
            total += Volatile.Read(ref count);
        }

        if (total == 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(total * share));
        long seen = 0;
        var bucket = -1;
        while (seen < rank && bucket < _counts.Length - 1)
        {
            bucket++;
            seen += Volatile.Read(ref _counts[bucket]);
        }

        return TimeSpan.FromMicroseconds(UpperBoundOf(bucket));
    }

    private static int BucketOf(long value)
    {
        if (value < Sub)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) * Sub) + (int)((value >> shift) - Sub);
    }

    private static long UpperBoundOf(int bucket)
    {
        if (bucket < Sub)
        {
            return bucket;
        }

        var shift = (bucket / Sub) - 1;
        return ((long)((bucket % Sub) + Sub + 1) << shift) - 1;
    }
}
