using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Limits of a map that are very large, or change while it runs.</summary>
public sealed class MapLimitTests
{
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(100_000_000)]
    public async Task EV16_Map_VeryLargeLimit_TakesNoMoreMemoryThanTheResults(int limit)
    {
        var last = new TaskCompletionSource();
        var started = 0;
        var before = GC.GetTotalAllocatedBytes();
        var seen = new List<int>();
        await foreach (var result in Enumerable.Range(0, 200).MapAsync(async (i, _) =>
        {
            // All of them are at work at once, and the first is ready last.
            if (Interlocked.Increment(ref started) == 200)
            {
                last.SetResult();
            }

            await last.Task.Within($"item {i}");
            return i;
        }, new MapOptions { Limit = limit }))
        {
            seen.Add(result);
        }

        Assert.Equal(Enumerable.Range(0, 200), seen);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
    }

    [Fact]
    public async Task EV16_Map_FirstItemIsReadyLast_ManyResultsKeepTheirPlaces()
    {
        var first = new TaskCompletionSource();
        var done = 0;
        var seen = new List<int>();
        await foreach (var result in Enumerable.Range(0, 500).MapAsync(async (i, _) =>
        {
            if (i == 0)
            {
                await first.Task.Within("all others");
            }
            else if (Interlocked.Increment(ref done) == 499)
            {
                first.SetResult();
            }

            return i;
        }, new MapOptions { Limit = 300 }))
        {
            seen.Add(result);
        }

        Assert.Equal(Enumerable.Range(0, 500), seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task EV15_Resize_WhileAMapRuns_TheMapFollows(int size)
    {
        await using var pool = new WorkPool(size);
        var running = Enumerable.Range(0, 8).Select(_ => new TaskCompletionSource()).ToArray();
        var release = new TaskCompletionSource();
        await using var results = Enumerable.Range(0, 8).MapAsync(async (i, _) =>
        {
            running[i].SetResult();
            await release.Task;
            return i;
        }, new MapOptions { Pool = pool }).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        if (size > 0)
        {
            await running[0].Task.Within("the first item");
        }

        pool.Resize(8);

        await Task.WhenAll(running.Select(r => r.Task)).Within("all items at once");
        release.SetResult();
        Assert.True(await first.Within("the first result"));
    }

    [Fact]
    public async Task EV15_Resize_PoolBecomesSmaller_TheMapKeepsOneInLineAndEnds()
    {
        await using var pool = new WorkPool(8);
        var running = Enumerable.Range(0, 8).Select(_ => new TaskCompletionSource()).ToArray();
        var release = new TaskCompletionSource();
        var now = 0;
        var peak = 0;
        await using var results = Enumerable.Range(0, 30).MapAsync(async (i, _) =>
        {
            if (i < 8)
            {
                running[i].SetResult();
                await release.Task;
                return i;
            }

            peak = Math.Max(peak, Interlocked.Increment(ref now));
            Assert.InRange(pool.Waiting, 0, 1);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return i;
        }, new MapOptions { Pool = pool }).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        await Task.WhenAll(running.Select(r => r.Task)).Within("the first items");

        pool.Resize(1);
        release.SetResult();

        Assert.True(await first.Within("the first result"));
        for (var i = 1; i < 30; i++)
        {
            Assert.True(await results.MoveNextAsync().Within("a result"));
            Assert.Equal(i, results.Current);
        }

        Assert.Equal(1, peak);
    }
}
