using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class WorkPileTests
{
    [Fact]
    public async Task EV17_Pile_Results_ComeInTheOrderOfTheSpawns()
    {
        await using var pool = new WorkPool(3);
        var pile = new WorkPile<int>(pool);
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            await pile.SpawnAsync($"{i}", async _ =>
            {
                await gates[number].Task;
                return number;
            });
        }

        Assert.Equal(3, pile.Count);
        Assert.True(pile.Complete());
        for (var i = 2; i >= 0; i--)
        {
            gates[i].SetResult();
        }

        Assert.Equal([0, 1, 2], await ToListAsync(pile).Within("the results"));
        Assert.Equal(0, pile.Count);
    }

    [Fact]
    public async Task EV17_Pile_FailureComesInItsPlaceAndReadingGoesOn()
    {
        await using var pool = new WorkPool(2);
        var pile = new WorkPile<int>(pool);
        for (var i = 0; i < 4; i++)
        {
            var number = i;
            await pile.SpawnAsync($"{i}", _ => number == 1 ? throw new FormatException("bad") : Task.FromResult(number));
        }

        pile.Complete();
        await using var results = pile.GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(0, results.Current);
        await Assert.ThrowsAsync<FormatException>(() => results.MoveNextAsync().AsTask()).Within("the failure");
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(2, results.Current);
        Assert.True(await results.MoveNextAsync());
        Assert.False(await results.MoveNextAsync());
        Assert.False(await results.MoveNextAsync());
        // Whoever reads a failure has seen it.
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal(0, pool.Failures);
    }

    [Fact]
    public async Task EV17_Pile_Outcomes_AreReadToTheEndByAPlainLoop()
    {
        await using var pool = new WorkPool(2);
        var pile = new WorkPile<int>(pool);
        await pile.SpawnAsync("bad", _ => throw new FormatException("bad"));
        await pile.SpawnAsync("good", _ => Task.FromResult(1));
        pile.Complete();

        var outcomes = await ToListAsync(pile.ReadOutcomes()).Within("the outcomes");

        Assert.IsType<FormatException>(outcomes[0].Error);
        Assert.Equal(1, outcomes[1].Result);
    }

    [Fact]
    public async Task EV17_Piles_OfOnePool_ShareItsLimit()
    {
        await using var pool = new WorkPool(2);
        var peak = 0;
        var running = 0;
        var piles = Enumerable.Range(0, 3).Select(_ => new WorkPile<int>(pool)).ToArray();

        await Task.WhenAll(piles.Select(async pile =>
        {
            for (var i = 0; i < 10; i++)
            {
                await pile.SpawnAsync("work", async _ =>
                {
                    var now = Interlocked.Increment(ref running);
                    InterlockedMax(ref peak, now);
                    await Task.Yield();
                    return Interlocked.Decrement(ref running);
                });
            }

            pile.Complete();
        })).Within("all spawns");
        foreach (var pile in piles)
        {
            Assert.Equal(10, (await ToListAsync(pile).Within("one pile")).Count);
        }

        Assert.InRange(peak, 1, 2);
    }

    [Fact]
    public async Task EV17_Pile_ReadByAnotherTask_EndsAfterCompleteOnly()
    {
        await using var pool = new WorkPool(1);
        var pile = new WorkPile<int>(pool);

        var reading = ToListAsync(pile);
        await pile.SpawnAsync("one", _ => Task.FromResult(1));
        await pile.SpawnAsync("two", _ => Task.FromResult(2));
        Assert.False(reading.IsCompleted);
        pile.Complete();

        Assert.Equal([1, 2], await reading.Within("the reader"));
    }

    [Fact]
    public async Task EV17_Pile_SpawnThatWaitsAtComplete_IsRead()
    {
        await using var pool = new WorkPool(1);
        var pile = new WorkPile<int>(pool);
        var release = new TaskCompletionSource<int>();
        await pile.SpawnAsync("holder", _ => release.Task);
        var waiting = pile.SpawnAsync("waiting", _ => Task.FromResult(2)).AsTask();
        pile.Complete();
        var reading = ToListAsync(pile);

        release.SetResult(1);

        await waiting.Within("the spawn");
        Assert.Equal([1, 2], await reading.Within("the reader"));
    }

    [Fact]
    public async Task EV17_Pile_SpawnFails_NothingIsAdded()
    {
        await using var pool = new WorkPool(0);
        var pile = new WorkPile<int>(pool);
        using var caller = new CancellationTokenSource();
        var spawning = pile.SpawnAsync("never", _ => Task.FromResult(1), caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => spawning).Within("the spawn");

        Assert.Equal(0, pile.Count);
        pile.Complete();
        Assert.Empty(await ToListAsync(pile).Within("an empty pile"));
    }

    [Fact]
    public async Task EV17_Pile_ReaderGivesUpWhileItWaits_TheResultIsTheNextReaders()
    {
        await using var pool = new WorkPool(1);
        var pile = new WorkPile<int>(pool);
        var release = new TaskCompletionSource<int>();
        await pile.SpawnAsync("work", _ => release.Task);
        pile.Complete();
        using var caller = new CancellationTokenSource();
        var reading = ToListAsync(pile, caller.Token);
        Assert.Throws<InvalidOperationException>(() => pile.GetAsyncEnumerator());
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).Within("the first reader");

        release.SetResult(7);

        Assert.Equal([7], await ToListAsync(pile).Within("the second reader"));
    }

    [Fact]
    public async Task EV17_Pile_Capacity_MakesSpawnersWaitForTheReader()
    {
        await using var pool = new WorkPool(10);
        var pile = new WorkPile<int>(pool, capacity: 1);
        await pile.SpawnAsync("one", _ => Task.FromResult(1));
        var second = pile.SpawnAsync("two", _ => Task.FromResult(2)).AsTask();
        Assert.False(second.IsCompleted);

        var reading = ToListAsync(pile);
        await second.Within("the second spawn");
        pile.Complete();

        Assert.Equal([1, 2], await reading.Within("the reader"));
    }

    [Fact]
    public void EV17_Pile_SpawnsThatWaitTogether_AreReadInTheOrderOfTheCallsUnderEverySeed() => Explore.Seeds(30, async executor =>
    {
        await using var pool = new WorkPool(0);
        var pile = new WorkPile<int>(pool);
        var spawns = Enumerable.Range(0, 4).Select(i => SpawnAsync(pile, i)).ToArray();
        pool.Resize(4);
        await Task.WhenAll(spawns);
        pile.Complete();

        Assert.Equal([0, 1, 2, 3], await ToListAsync(pile));

        static async Task SpawnAsync(WorkPile<int> pile, int number) => await pile.SpawnAsync($"{number}", _ => Task.FromResult(number));
    });

    [Fact]
    public async Task EV17_Pile_ReaderHasGone_TheTokenEndsTheWaitForRoomAndTheWorkDoesNotRun()
    {
        await using var pool = new WorkPool(10);
        var pile = new WorkPile<int>(pool, capacity: 1);
        await pile.SpawnAsync("one", _ => Task.FromResult(1));
        using var caller = new CancellationTokenSource();
        var ran = false;
        var second = pile.SpawnAsync("two", _ =>
        {
            ran = true;
            return Task.FromResult(2);
        }, caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second).Within("the spawner");
        Assert.False(ran);
        pile.Complete();
        Assert.Equal([1], await ToListAsync(pile).Within("the reader"));
    }

    [Fact]
    public async Task EV17_Pile_ReaderHasGone_StoppingThePoolEndsTheWaitForRoom()
    {
        var pool = new WorkPool(10);
        var pile = new WorkPile<int>(pool, capacity: 1);
        await pile.SpawnAsync("one", _ => Task.FromResult(1));
        var second = pile.SpawnAsync("two", _ => Task.FromResult(2)).AsTask();

        await pool.StopAsync("enough.").Within("the pool");

        await Assert.ThrowsAsync<WorkStoppedException>(() => second).Within("the spawner");
    }

    [Fact]
    public async Task EV17_Pile_SpawnInTheMiddleGivesUp_TheOthersKeepTheirOrderAndRoom()
    {
        await using var pool = new WorkPool(0);
        var pile = new WorkPile<int>(pool, capacity: 2);
        using var caller = new CancellationTokenSource();
        var first = pile.SpawnAsync("one", _ => Task.FromResult(1)).AsTask();
        var second = pile.SpawnAsync("two", _ => Task.FromResult(2), caller.Token).AsTask();
        var third = pile.SpawnAsync("three", _ => Task.FromResult(3)).AsTask();
        pile.Complete();
        var reading = ToListAsync(pile);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second).Within("the second");

        pool.Resize(5);

        await Task.WhenAll(first, third).Within("the others");
        Assert.Equal([1, 3], await reading.Within("the reader"));
    }

    [Fact]
    public async Task EV17_Pile_FullAndAMemberOfTheFullPoolSpawns_DoesNotWaitForItself()
    {
        await using var pool = new WorkPool(1);
        var pile = new WorkPile<int>(pool, capacity: 1);
        var outsiderWaits = new TaskCompletionSource();
        var member = await pool.SpawnAsync("member", async _ =>
        {
            await outsiderWaits.Task;
            // The first place belongs to the outsider, who waits for the slot that this member has.
            await pile.SpawnAsync("two", _ => Task.FromResult(2));
            await pile.SpawnAsync("three", _ => Task.FromResult(3));
        });
        var outsider = pile.SpawnAsync("one", _ => Task.FromResult(1)).AsTask();
        var reading = ToListAsync(pile);
        outsiderWaits.SetResult();

        await member.Task.Within("the member");
        await outsider.Within("the outsider");
        pile.Complete();

        Assert.Equal([1, 2, 3], await reading.Within("the reader"));
    }

    [Fact]
    public async Task EV17_Pile_BadInput_SaysWhatToDo()
    {
        await using var pool = new WorkPool(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkPile<int>(pool, 0));
        Assert.Throws<ArgumentNullException>(() => new WorkPile<int>(null!));
        var pile = new WorkPile<int>(pool);

        Assert.True(pile.Complete());
        Assert.False(pile.Complete());

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => pile.SpawnAsync("late", _ => Task.FromResult(1)).AsTask());
        Assert.Contains("'late'", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken = default)
    {
        var list = new List<T>();
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            list.Add(item);
        }

        return list;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
            // Somebody else has raised it meanwhile: look again.
        }
    }
}
