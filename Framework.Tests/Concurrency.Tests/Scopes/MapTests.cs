using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class MapTests
{
    private static readonly MapOptions s_four = new() { Limit = 4 };

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    [InlineData(500)]
    public async Task EV16_Map_Results_ComeInTheOrderOfTheItems(int items)
    {
        var results = await ToListAsync(Enumerable.Range(0, items).MapAsync(async (i, _) =>
        {
            for (var turns = i % 3; turns > 0; turns--)
            {
                await Task.Yield();
            }

            return i * 2;
        }, s_four)).Within("the map");

        Assert.Equal(Enumerable.Range(0, items).Select(i => i * 2), results);
    }

    [Fact]
    public async Task EV16_Map_EmptySource_EndsAtOnceAndStaysAtTheEnd()
    {
        await using var results = Array.Empty<int>().MapAsync((i, _) => Task.FromResult(i)).GetAsyncEnumerator();

        Assert.False(await results.MoveNextAsync());
        Assert.False(await results.MoveNextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EV16_Map_FailureOfAnItem_ComesInItsPlaceAndTheEnumerationGoesOn(bool ordered)
    {
        var seen = new List<string>();
        await using var results = Enumerable.Range(0, 5)
            .MapAsync((i, _) => i == 2 ? throw new FormatException($"{i}") : Task.FromResult(i), new MapOptions { Limit = 1, IsOrdered = ordered })
            .GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await results.MoveNextAsync().Within("the next"))
                {
                    break;
                }

                seen.Add($"{results.Current}");
            }
            catch (FormatException failure)
            {
                seen.Add($"failed {failure.Message}");
            }
        }

        Assert.Equal(["0", "1", "failed 2", "3", "4"], seen);
    }

    [Fact]
    public async Task EV16_Map_Outcomes_HaveFailuresAsValues()
    {
        var outcomes = await ToListAsync(Enumerable.Range(0, 3).MapOutcomesAsync(
            (i, _) => i == 1 ? Task.FromException<int>(new FormatException("bad")) : Task.FromResult(i), s_four)).Within("the map");

        Assert.Equal([true, false, true], outcomes.Select(o => o.IsSuccess));
        Assert.IsType<FormatException>(outcomes[1].Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task EV16_Map_ResultsAreNotTaken_TheSourceIsReadNoFurther(int limit)
    {
        var read = 0;
        await using var executor = new CooperativeExecutor("loop");
        await executor.RunAsync(async _ =>
        {
            await using var results = Endless().MapAsync((i, _) => Task.FromResult(i), new MapOptions { Limit = limit }).GetAsyncEnumerator();
            for (var taken = 1; taken <= 20; taken++)
            {
                Assert.True(await results.MoveNextAsync());
                Assert.Equal(taken - 1, results.Current);
                for (var turns = 0; turns < 50; turns++)
                {
                    await Task.Yield();
                }

                Assert.Equal(taken + (2 * limit), read);
            }
        }).Within("the map");

        IEnumerable<int> Endless()
        {
            while (true)
            {
                yield return read++;
            }
        }
    }

    [Fact]
    public async Task EV16_Map_Limit_IsReachedAndNotExceeded()
    {
        var gates = Enumerable.Range(0, 6).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var started = 0;
        await using var executor = new CooperativeExecutor("loop");
        await executor.RunAsync(async _ =>
        {
            await using var results = gates.MapAsync((gate, _) =>
            {
                started++;
                return gate.Task;
            }, s_four with { Limit = 2 }).GetAsyncEnumerator();
            var first = results.MoveNextAsync().AsTask();
            for (var turns = 0; turns < 50; turns++)
            {
                await Task.Yield();
            }

            Assert.Equal(2, started);
            gates[0].SetResult(10);
            Assert.True(await first);
            Assert.Equal(10, results.Current);
            foreach (var gate in gates[1..])
            {
                gate.SetResult(11);
            }
        }).Within("the map");
    }

    [Fact]
    public async Task EV16_Map_Unordered_GivesWhatIsReadyFirst()
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>()).ToArray();
        await using var results = gates.MapAsync((gate, _) => gate.Task, new MapOptions { Limit = 3, IsOrdered = false }).GetAsyncEnumerator();
        var seen = new List<int>();
        foreach (var next in new[] { 2, 0, 1 })
        {
            var move = results.MoveNextAsync().AsTask();
            gates[next].SetResult(next);
            Assert.True(await move.Within("the next"));
            seen.Add(results.Current);
        }

        Assert.Equal([2, 0, 1], seen);
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task EV16_Maps_OnOnePool_ShareItsLimit()
    {
        await using var pool = new WorkPool(2);
        var running = 0;
        var peak = 0;

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ToListAsync(Enumerable.Range(0, 20).MapAsync(async (i, _) =>
        {
            var now = Interlocked.Increment(ref running);
            lock (pool)
            {
                peak = Math.Max(peak, now);
            }

            await Task.Yield();
            Interlocked.Decrement(ref running);
            return i;
        }, new MapOptions { Pool = pool })))).Within("three maps");

        Assert.InRange(peak, 1, 2);
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal(2, pool.Free);
    }

    [Fact]
    public async Task EV16_Map_OnAFullPool_WaitsInLine()
    {
        await using var pool = new WorkPool(1);
        var release = new TaskCompletionSource();
        await pool.SpawnAsync("holder", _ => release.Task);
        await using var results = Enumerable.Range(0, 2).MapAsync((i, _) => Task.FromResult(i), new MapOptions { Pool = pool }).GetAsyncEnumerator();

        var first = results.MoveNextAsync().AsTask();
        while (pool.Waiting == 0)
        {
            await Task.Yield();
        }

        Assert.False(first.IsCompleted);
        release.SetResult();
        Assert.True(await first.Within("the first result"));
    }

    [Fact]
    public async Task EV16_Map_ByAMemberOfTheFullPool_WorksInItsSlot()
    {
        await using var pool = new WorkPool(1);
        var member = await pool.SpawnAsync("member", _ =>
            ToListAsync(Enumerable.Range(0, 5).MapAsync((i, _) => Task.FromResult((i, pool.Running)), new MapOptions { Pool = pool })));

        Assert.Equal(Enumerable.Range(0, 5).Select(i => (i, 1)), await member.Task.Within("the member"));
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV16_Map_PoolIsStopped_ItemsSaySo()
    {
        var pool = new WorkPool(1);
        var started = new TaskCompletionSource();
        await using var results = Enumerable.Range(0, 2).MapAsync(async (i, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return i;
        }, new MapOptions { Pool = pool }).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        await started.Task.Within("the first item");

        await pool.StopAsync("maintenance.").Within("the stop waits for the item");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first).Within("the first item");
        var refused = await Assert.ThrowsAsync<WorkStoppedException>(() => results.MoveNextAsync().AsTask()).Within("the second item");
        Assert.Equal("maintenance.", refused.Reason);
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task EV16_Map_DisposedHalfWay_CancelsAndWaitsForWhatRuns()
    {
        var working = new TaskCompletionSource();
        var cleaning = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var disposed = false;
        var results = Items().MapAsync(async (i, token) =>
        {
            if (i == 0)
            {
                return i;
            }

            working.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cleaning.TrySetResult();
                await release.Task;
            }

            return i;
        }, new MapOptions { Limit = 1 }).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());
        await working.Task.Within("the second item");

        var disposal = results.DisposeAsync().AsTask();
        await cleaning.Task.Within("the clean-up");
        Assert.False(disposal.IsCompleted);
        Assert.False(disposed);
        release.SetResult();
        await disposal.Within("the disposal");
        Assert.True(disposed);
        Assert.False(await results.MoveNextAsync());

        async IAsyncEnumerable<int> Items()
        {
            try
            {
                yield return 0;
                await Task.Yield();
                yield return 1;
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [Fact]
    public async Task EV16_Map_TokenCancelled_CancelsTheWorkAndThrows()
    {
        using var caller = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var ended = false;
        var reading = ToListAsync(Enumerable.Range(0, 2).MapAsync(async (i, token) =>
        {
            started.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                ended = true;
            }

            return i;
        }, new MapOptions { Limit = 1 }), caller.Token);
        await started.Task.Within("the first item");

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).Within("the reader");
        Assert.True(ended);
    }

    [Fact]
    public async Task EV16_Map_SourceFails_AfterTheResultsBeforeIt()
    {
        var seen = new List<int>();
        await using var results = Items().MapAsync((i, _) => Task.FromResult(i), s_four).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());
        seen.Add(results.Current);
        Assert.True(await results.MoveNextAsync());
        seen.Add(results.Current);

        await Assert.ThrowsAsync<FormatException>(() => results.MoveNextAsync().AsTask()).Within("the failure");
        Assert.False(await results.MoveNextAsync());
        Assert.Equal([0, 1], seen);

        static IEnumerable<int> Items()
        {
            yield return 0;
            yield return 1;
            throw new FormatException("the source");
        }
    }

    [Fact]
    public async Task EV16_Map_ExecutorIsGone_SaysSoInsteadOfHanging()
    {
        var executor = new CooperativeExecutor("ended");
        await executor.DisposeAsync();
        var reading = ToListAsync(Enumerable.Range(0, 2).MapAsync((i, _) => Task.FromResult(i), new MapOptions { Executor = executor }));

        await Assert.ThrowsAsync<Concurrency.Execution.ExecutorRejectedException>(() => reading).Within("the refusal");
        Assert.Throws<ArgumentOutOfRangeException>(() => Array.Empty<int>().MapAsync((i, _) => Task.FromResult(i), new MapOptions { Limit = 0 }));
    }

    [Fact]
    public async Task EV16_Map_WorkersTurnsOnACooperativeExecutor_AllRunThere()
    {
        await using var executor = new CooperativeExecutor("loop");
        var results = await ToListAsync(Enumerable.Range(0, 20).MapAsync(async (_, _) =>
        {
            await Task.Yield();
            return Concurrency.Execution.Executor.Current?.Name;
        }, s_four with { Executor = executor })).Within("the map");

        Assert.All(results, name => Assert.Equal("loop", name));
    }

    [Fact]
    public void EV16_Map_RandomTurns_KeepsOrderAndLimitUnderEverySeed() => Explore.Seeds(40, async executor =>
    {
        var random = executor.Random;
        var running = 0;
        var limit = random.Next(1, 5);
        var results = await ToListAsync(Enumerable.Range(0, 40).MapAsync(async (i, _) =>
        {
            Assert.InRange(++running, 1, limit);
            for (var turns = random.Next(4); turns > 0; turns--)
            {
                await Task.Yield();
            }

            running--;
            return i;
        }, new MapOptions { Limit = limit }));

        Assert.Equal(Enumerable.Range(0, 40), results);
    });

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken = default)
    {
        var list = new List<T>();
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            list.Add(item);
        }

        return list;
    }
}
