using System.Collections.Concurrent;
using Concurrency.Scopes;
using Concurrency.Tests.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>The pool on real threads, for what one thread cannot show: the moments between the gate, the token and the task.</summary>
[Collection(RunsAlone.Name)]
public sealed class ResourcePoolThreadRaceTests : IClassFixture<MachineLock>
{
    private const int Workers = 4;
    private const int Rounds = 10_000;

    [Fact]
    public async Task EV30_CancelledAsItIsGranted_LosesNoItem()
    {
        var held = new ConcurrentDictionary<int, bool>();
        var made = 0;
        var pool = new ResourcePool<int>(new ResourcePoolOptions<int>
        {
            MaximumSize = 2,
            Factory = _ => ValueTask.FromResult(Interlocked.Increment(ref made)),
        });

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => OnThreadAsync(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                await UseAsync(pool, held, (round + worker) % 2 == 0, (round + worker) % 97 == 0);
            }
        }))).Within("workers");

        Assert.Equal((0, 0, pool.MaximumSize), (pool.InUse, pool.Waiting, pool.Free));
        Assert.Empty(held);
        await pool.DisposeAsync();
        Assert.Equal(made, pool.Statistics.Closed);
    }

    private static async Task UseAsync(ResourcePool<int> pool, ConcurrentDictionary<int, bool> held, bool isCancelled, bool resizes)
    {
        using var source = new CancellationTokenSource();
        if (isCancelled)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), source, preferLocal: false);
        }

        try
        {
            await using var lease = await pool.AcquireAsync(source.Token);
            Assert.True(held.TryAdd(lease.Value, true), "An item is held by one user at a time.");
            held.TryRemove(lease.Value, out _);
            if (resizes)
            {
                pool.Resize(lease.Value % 3 + 1);
            }
        }
        catch (OperationCanceledException)
        {
            // It took nothing, and the sums at the end hold the pool to that.
        }
    }

    private static async Task OnThreadAsync(Func<Task> workAsync)
    {
        await Task.Yield();
        await workAsync();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait has ended before.
        }
    }
}
