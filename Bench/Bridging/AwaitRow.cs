using Concurrency.Bench.Ratios;
using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Bridging;

/// <summary>Bridged code awaits one turn of its executor; the plain way is to hand over to another thread and back with two semaphores.</summary>
internal sealed class AwaitRow : ThroughputRow
{
    private CooperativeExecutor _executor = null!;

    public override RowFacts Facts { get; } = new("bridge.await", "ns/await", 1.0);

    public override Task StartAsync()
    {
        _executor = new CooperativeExecutor("bench");
        return Task.CompletedTask;
    }

    protected override ValueTask StopAsync() => _executor.DisposeAsync();

    protected override Task RunAsync(Side side, long operations) => side == Side.Ours ? OursAsync(operations) : BaselineAsync(operations);

    private Task OursAsync(long operations) => _executor.RunAsync(_ => SyncBridge.RunAsync(() =>
    {
        for (var i = 0L; i < operations; i++)
        {
            SyncBridge.Await(YieldAsync);
        }
    }));

    private static async Task YieldAsync() => await Executor.Yield();

    private static Task BaselineAsync(long operations)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var there = new SemaphoreSlim(0);
        var back = new SemaphoreSlim(0);
        var partner = new Thread(() =>
        {
            for (var i = 0L; i < operations; i++)
            {
                there.Wait();
                back.Release();
            }
        });
        var caller = new Thread(() =>
        {
            for (var i = 0L; i < operations; i++)
            {
                there.Release();
                back.Wait();
            }

            done.SetResult();
        });
        partner.Start();
        caller.Start();
        return done.Task;
    }
}
