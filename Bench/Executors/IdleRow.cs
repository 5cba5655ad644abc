using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Executors;

/// <summary>What a daemon with nothing to do costs: its share of one core.</summary>
internal sealed class IdleRow : LimitRow
{
    private readonly IdleDaemon _daemon = new();

    public override RowFacts Facts { get; } = new("executors.idle-cpu", "% core", 1.0) { Limit = 0.1, Quantum = 0.001 };

    // One long sample: what an idle process does, it does once a second or less.
    public override TimeSpan LengthFor(TimeSpan standard) => TimeSpan.FromSeconds(4);

    public override int PairsFor(int standard) => 1;

    public override TimeSpan HelperTime => _daemon.ProcessorTime;

    public override async Task StartAsync()
    {
        await _daemon.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    protected override ValueTask StopAsync() => _daemon.DisposeAsync();

    protected override async Task<double> MeasureAsync(TimeSpan length)
    {
        if (Warming)
        {
            // The start-up work of the daemon's runtime ends by itself: compiling hot methods anew, letting unused pool threads go.
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            return 0;
        }

        var clock = TimeProvider.System.GetTimestamp();
        var before = _daemon.ProcessorTime;
        await Task.Delay(length);
        var used = _daemon.ProcessorTime - before;
        return used / TimeProvider.System.GetElapsedTime(clock) * 100;
    }
}
