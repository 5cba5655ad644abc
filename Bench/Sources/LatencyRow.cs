using System.Diagnostics;
using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Sources;

/// <summary>Median time from the cause of an event to its handler, in microseconds; one event at a time, a few milliseconds apart.</summary>
internal abstract class LatencyRow : RatioRow
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan EventLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _handled = new(0);
    private long _handledAt;

    public override TimeSpan LengthFor(TimeSpan standard) => standard * 4;

    public override int PairsFor(int standard) => Math.Max(9, standard / 2);

    public sealed override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        var latencies = new List<long>();
        var observer = await ObserveAsync(side);
        await using (observer)
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < length;)
            {
                await Task.Delay(Pause);
                var caused = Stopwatch.GetTimestamp();
                Cause();
                if (!await _handled.WaitAsync(EventLimit))
                {
                    throw new TimeoutException($"{Facts.Name}: the {side} side did not handle an event within {EventLimit.TotalSeconds:0} s.");
                }

                latencies.Add(Volatile.Read(ref _handledAt) - caused);
            }
        }

        var sorted = latencies.ToArray();
        Array.Sort(sorted);
        return MedianMath.Percentile(sorted, 0.5) * 1e6 / Stopwatch.Frequency;
    }

    /// <summary>Begins to observe on one side until the returned value is disposed.</summary>
    protected abstract Task<IAsyncDisposable> ObserveAsync(Side side);

    /// <summary>Makes one event happen.</summary>
    protected abstract void Cause();

    /// <summary>What the handler of either side does, and nothing else.</summary>
    protected void Handle()
    {
        Volatile.Write(ref _handledAt, Stopwatch.GetTimestamp());
        _handled.Release();
    }
}
