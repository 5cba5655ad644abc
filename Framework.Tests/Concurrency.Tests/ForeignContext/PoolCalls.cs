using Concurrency.Scopes;
using Microsoft.Extensions.Logging.Abstractions;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class PoolCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["ResourcePool.PrepareAsync(CancellationToken)"] = call => HeldAsync(call, async gate =>
        {
            await using var pool = Pool(made: gate);
            await pool.PrepareAsync().ConfigureAwait(false);
        }),
        ["ResourcePool.AcquireAsync(CancellationToken)"] = call => BehindLeaseAsync(call, pool => pool.AcquireAsync()),
        ["ResourcePool.AcquireAsync(TimeSpan, CancellationToken)"] = call => BehindLeaseAsync(call, pool => pool.AcquireAsync(Long)),
        ["ResourcePool.ClearAsync()"] = call => ClosingAsync(call, (pool, _) => pool.ClearAsync()),
        ["ResourcePool.DisposeAsync()"] = call => ClosingAsync(call, (pool, _) => pool.DisposeAsync().AsTask()),
        ["ResourceLease.DisposeAsync()"] = call => HeldAsync(call, async gate =>
        {
            await using var pool = Pool(reset: gate);
            await (await pool.AcquireAsync().ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }),
        ["ResourceLease.ReturnAsync(Func)"] = call => HeldAsync(call, async gate =>
        {
            await using var pool = Pool();
            await (await pool.AcquireAsync().ConfigureAwait(false)).ReturnAsync(_ => new ValueTask(gate)).ConfigureAwait(false);
        }),
        ["ResourcePools.AcquireAsync(TKey, CancellationToken)"] = call => HeldAsync(call, async gate =>
        {
            await using var pools = Pools(gate);
            await using var lease = await pools.AcquireAsync(1).ConfigureAwait(false);
        }),
        ["ResourcePools.AcquireAsync(TKey, TimeSpan, CancellationToken)"] = call => HeldAsync(call, async gate =>
        {
            await using var pools = Pools(gate);
            await using var lease = await pools.AcquireAsync(1, Long).ConfigureAwait(false);
        }),
        ["ResourcePools.DisposeAsync()"] = call => HeldAsync(call, async gate =>
        {
            var pools = new ResourcePools<int, int>(_ => Options() with { Close = _ => new ValueTask(gate) });
            await (await pools.AcquireAsync(1).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            await pools.DisposeAsync().ConfigureAwait(false);
        }),
        ["DependencyPool.GetAsync(TKey, CancellationToken)"] = call => PostedAsync(call, pool => pool.GetAsync("a")),
        ["DependencyPool.WaitAsync(IEnumerable, CancellationToken)"] = call => PostedAsync(call, pool => pool.WaitAsync(["a"])),
        ["DependencyPool.WaitEachAsync(IEnumerable, CancellationToken)"] = call => PostedAsync(call, pool => ReadAsync(pool.WaitEachAsync(["a"]))),
        ["DependencyPool.WaitEachSuccessAsync(IEnumerable, CancellationToken)"] = call => PostedAsync(call, pool => ReadAsync(pool.WaitEachSuccessAsync(["a"]))),
        ["DependencyPool.WaitEachFailureAsync(IEnumerable, CancellationToken)"] = call => PostedAsync(call, pool => ReadAsync(pool.WaitEachFailureAsync(["a"]))),
        ["DependencyPool.StopAsync(TKey, String)"] = call => RunningAsync(call, pool => pool.StopAsync("b", "the test ends it.")),
        ["DependencyPool.DisposeAsync()"] = call => RunningAsync(call, pool => pool.DisposeAsync().AsTask()),
        ["DependencyResults.AllAsync()"] = async call =>
        {
            await using var pool = new DependencyPool<string, int>();
            pool.Start("b", ["a"], async (_, results, _) =>
            {
                var pending = call(() => results.AllAsync());
                Assert.False(pending.IsCompleted);
                pool.Post("a", 1);
                await pending;
                return 2;
            });
            Assert.Equal(2, await pool.GetAsync("b"));
        },
        ["Watchdog.RunAsync<T>(ILogger, String, Func, WatchdogOptions)"] = call => HeldAsync(call, gate => Watchdog.RunAsync<int>(NullLogger.Instance, "a", () => gate)),
        ["Watchdog.RunAsync(ILogger, String, Func, WatchdogOptions)"] = call => HeldAsync(call, gate => Watchdog.RunAsync(NullLogger.Instance, "a", () => (Task)gate)),
        ["PreservedException.RunAsync(Func)"] = call => HeldAsync(call, gate => PreservedException.Capture(new IOException()).RunAsync(self =>
        {
            self.IsRethrown = false;
            return gate;
        })),
        ["RetryForever.RunAsync<T>(Func, RetryForeverOptions, CancellationToken)"] = call => HeldAsync(call, gate => RetryForever.RunAsync<int>(_ => gate)),
        ["RetryForever.RunAsync(Func, RetryForeverOptions, CancellationToken)"] = call => HeldAsync(call, gate => RetryForever.RunAsync(_ => (Task)gate)),
    };

    private static ResourcePoolOptions<int> Options() => new() { MaximumSize = 1, Factory = _ => ValueTask.FromResult(1) };

    private static ResourcePool<int> Pool(Task<int>? made = null, Task? reset = null) => new(Options() with
    {
        MinimumSize = 1,
        Factory = _ => made is null ? ValueTask.FromResult(1) : new ValueTask<int>(made),
        Reset = reset is null ? null : _ => new ValueTask(reset),
    });

    private static ResourcePools<int, int> Pools(Task<int> made) => new(_ => Options() with { Factory = _ => new ValueTask<int>(made) });

    private static async Task BehindLeaseAsync(Call call, Func<ResourcePool<int>, ValueTask<ResourceLease<int>>> acquire)
    {
        await using var pool = Pool();
        var held = await pool.AcquireAsync();
        var pending = call(async () => await (await acquire(pool).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false));
        Assert.False(pending.IsCompleted);
        await held.DisposeAsync();
        await pending;
    }

    private static async Task ClosingAsync(Call call, Func<ResourcePool<int>, Task, Task> member)
    {
        var gate = NewGate();
        await using var pool = new ResourcePool<int>(Options() with { Close = _ => new ValueTask(gate.Task) });
        await (await pool.AcquireAsync()).DisposeAsync();
        var pending = call(() => member(pool, gate.Task));
        Assert.False(pending.IsCompleted);
        gate.SetResult(1);
        await pending;
    }

    private static async Task PostedAsync(Call call, Func<DependencyPool<string, int>, Task> member)
    {
        await using var pool = new DependencyPool<string, int>();
        var pending = call(() => member(pool));
        Assert.False(pending.IsCompleted);
        pool.Post("a", 1);
        await pending;
    }

    private static async Task RunningAsync(Call call, Func<DependencyPool<string, int>, Task> member)
    {
        var gate = NewGate();
        await using var pool = new DependencyPool<string, int>();
        pool.Start("b", [], (_, _, _) => gate.Task);
        var pending = call(() => member(pool));
        gate.SetResult(1);
        await pending;
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items.ConfigureAwait(false))
        {
            // Only the waiting counts.
        }
    }
}
