using Concurrency.Bench.Ratios;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>One async method that gives way again and again with <c>Task.Yield</c>.</summary>
internal class YieldRow : ThroughputRow
{
    private ContextPump _pump = null!;
    private CooperativeExecutor _executor = null!;

    public override RowFacts Facts { get; } = new("executors.cooperative-yield", "ns/yield", 2.5);

    public override Task StartAsync()
    {
        _pump = new ContextPump();
        _executor = new CooperativeExecutor("bench");
        return Task.CompletedTask;
    }

    protected override async ValueTask StopAsync()
    {
        _pump.Dispose();
        await _executor.DisposeAsync();
    }

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours
        ? _executor.RunAsync(_ => OursAsync(operations))
        : _pump.RunAsync(() => BaselineAsync(operations));

    protected virtual async Task OursAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await Task.Yield();
        }
    }

    private static async Task BaselineAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await Task.Yield();
        }
    }
}
