using System.Diagnostics;

namespace Concurrency.Bench.Ratios;

/// <summary>A row whose sides do a number of equal operations; the figure is nanoseconds per operation.</summary>
/// <remarks>
/// The number is the same on both sides: what the baseline manages in one sample, learned while warming up.
/// Each side is its own method, and shared code is generic over a struct per side, so that the compiler's profile
/// of one side does not decide how the other is compiled.
/// </remarks>
internal abstract class ThroughputRow : RatioRow
{
    private long _operations = 1000;

    /// <summary>The number of operations is a multiple of this.</summary>
    protected virtual long Grain => 1;

    public sealed override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        var operations = Math.Max(Grain, _operations / Grain * Grain);
        var start = Stopwatch.GetTimestamp();
        await RunAsync(side, operations);
        var elapsed = Stopwatch.GetElapsedTime(start);
        if (Warming && side == Side.Baseline)
        {
            _operations = Math.Max(1000, (long)(operations * Math.Min(20, length / elapsed)));
        }

        return elapsed.TotalNanoseconds / operations;
    }

    protected abstract Task RunAsync(Side side, long operations);
}
