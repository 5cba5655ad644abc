using Concurrency.Bench.Ratios;
using Concurrency.Executors;
using Concurrency.Scopes;

namespace Concurrency.Bench.Scopes;

/// <summary>A hundred thousand sleeps of half a second, from the first to the last; the plain way is Task.Delay.</summary>
internal sealed class SleepRow : RatioRow
{
    private const int Sleeps = 100_000;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(0.5);

    private readonly Lazy<CooperativeExecutor> _executor = new(() => new CooperativeExecutor("bench"));

    public override RowFacts Facts { get; } = new("scopes.sleep-100k", "ms", 1.0);

    public override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        var start = TimeProvider.System.GetTimestamp();
        if (side == Side.Ours)
        {
            await _executor.Value.RunAsync(_ => OursAsync());
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, Sleeps).Select(_ => Task.Delay(s_time)));
        }

        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }

    protected override async ValueTask StopAsync()
    {
        if (_executor.IsValueCreated)
        {
            await _executor.Value.DisposeAsync();
        }
    }

    private Task OursAsync() => TaskScope.RunAsync(scope =>
    {
        var clock = _executor.Value.TimeProvider;
        Func<CancellationToken, Task> sleep = _ => Task.Delay(s_time, clock, CancellationToken.None);
        for (var i = 0; i < Sleeps; i++)
        {
            _ = scope.Start("sleep", sleep);
        }

        return Task.CompletedTask;
    });
}
