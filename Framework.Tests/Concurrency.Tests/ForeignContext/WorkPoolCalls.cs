using Concurrency.Scopes;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class WorkPoolCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["SpawnedWork.StopAsync(String)"] = call => PoolAsync(async (pool, gate) =>
        {
            var entered = NewGate();
            var work = await pool.SpawnAsync("work", _ =>
            {
                entered.SetResult(1);
                return gate.Task;
            });
            await entered.Task;
            await HeldAsync(call, _ => work.StopAsync("no more."), gate);
        }),
        ["WorkPool.SpawnAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.SpawnAsync("work", _ => Task.CompletedTask).AsTask())),
        ["WorkPool.SpawnAsync<T>(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.SpawnAsync("work", _ => Task.FromResult(1)).AsTask())),
        ["WorkPool.LaunchAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.LaunchAsync("work", _ => Task.CompletedTask).AsTask())),
        ["WorkPool.WaitAllAsync(CancellationToken)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.WaitAllAsync())),
        ["WorkPool.WaitAllAsync(TimeSpan)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.WaitAllAsync(Long))),
        ["WorkPool.StopAsync(String)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.StopAsync("no more."))),
        ["WorkPool.DisposeAsync()"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.DisposeAsync().AsTask())),
        ["WorkPile.SpawnAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => new WorkPile<int>(pool).SpawnAsync("work", _ => Task.FromResult(1)).AsTask())),
        ["WorkPile's GetAsyncEnumerator"] = call => PileAsync(call, pile => pile),
        ["WorkPile.ReadOutcomes()"] = call => PileAsync(call, pile => pile.ReadOutcomes()),
        ["MapExtensions.MapAsync<TItem, TResult>(IEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => new[] { gate, gate }.MapAsync((item, _) => item)),
        ["MapExtensions.MapAsync<TItem, TResult>(IAsyncEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => ItemsAsync(gate).MapAsync((item, _) => Task.FromResult(item))),
        ["MapExtensions.MapOutcomesAsync<TItem, TResult>(IEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => new[] { gate, gate }.MapOutcomesAsync((item, _) => item)),
        ["MapExtensions.MapOutcomesAsync<TItem, TResult>(IAsyncEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => ItemsAsync(gate).MapOutcomesAsync((item, _) => Task.FromResult(item))),
    };

    private static async Task PoolAsync(Func<WorkPool, TaskCompletionSource<int>, Task> row)
    {
        await using var pool = new WorkPool(1);
        await row(pool, NewGate());
    }

    /// <summary>The member has to wait for the work in the only slot of the pool.</summary>
    private static async Task SlotAsync(Call call, WorkPool pool, TaskCompletionSource<int> gate, Func<Task> member)
    {
        var entered = NewGate();
        await pool.SpawnAsync("holder", _ =>
        {
            entered.SetResult(1);
            return gate.Task;
        });
        await entered.Task;
        await HeldAsync(call, _ => member(), gate);
    }

    private static Task PileAsync<T>(Call call, Func<WorkPile<int>, IAsyncEnumerable<T>> read) => PoolAsync(async (pool, gate) =>
    {
        var pile = new WorkPile<int>(pool);
        await pile.SpawnAsync("work", _ => gate.Task);
        await using var results = read(pile).GetAsyncEnumerator();
        await HeldAsync(call, _ => results.MoveNextAsync().AsTask(), gate);
    });

    private static async Task MapAsync<T>(Call call, Func<Task<int>, IAsyncEnumerable<T>> map)
    {
        var gate = NewGate();
        var results = map(gate.Task).GetAsyncEnumerator();
        await HeldAsync(call, _ => results.MoveNextAsync().AsTask(), gate);
        await call(() => results.DisposeAsync().AsTask());
    }

    private static async IAsyncEnumerable<int> ItemsAsync(Task<int> gate)
    {
        yield return await gate.ConfigureAwait(false);
        yield return 2;
    }
}
