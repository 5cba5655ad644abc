using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class WorkPoolTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void EV10_Pool_NegativeSize_IsRefusedWithTheValue(int size)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new WorkPool(new WorkPoolOptions { Name = "feeds", Size = size }));

        Assert.Contains("'feeds'", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{size}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV10_Pool_SizeZero_EverySpawnWaitsUntilItIsResized()
    {
        await using var pool = new WorkPool(0);

        var spawning = pool.SpawnAsync("work", _ => Task.FromResult(7)).AsTask();
        Assert.False(spawning.IsCompleted);
        Assert.Equal(1, pool.Waiting);
        Assert.False(pool.TrySpawn("other", _ => Task.CompletedTask, out _));
        pool.Resize(1);

        Assert.Equal(7, await await spawning.Within("the spawn"));
    }

    [Fact]
    public async Task EV1_Spawn_FailureIsKeptForWhoeverAwaits()
    {
        await using var pool = new WorkPool(1);
        var work = await pool.SpawnAsync("work", _ => Task.FromException(new FormatException("bad")));

        var first = await Assert.ThrowsAsync<FormatException>(() => work.Task).Within("the work");
        var second = await Assert.ThrowsAsync<FormatException>(async () => await work).Within("the work again");

        Assert.Same(first, second);
        Assert.Equal(SpawnedWorkState.Failed, work.State);
    }

    [Fact]
    public async Task EV1_Spawn_CallerGoesOnFirst()
    {
        await using var executor = new CooperativeExecutor("loop");
        var order = new List<string>();

        await executor.RunAsync(async _ =>
        {
            await using var pool = new WorkPool(1);
            var work = await pool.SpawnAsync("work", _ =>
            {
                order.Add("work");
                return Task.CompletedTask;
            });
            order.Add("caller");
            await work;
        }).Within("the program");

        Assert.Equal(["caller", "work"], order);
    }

    [Fact]
    public async Task EV11_Spawn_PoolIsFull_WaitsForASlotInOrder()
    {
        await using var pool = new WorkPool(1);
        var release = Signal();
        var order = new List<int>();
        await pool.SpawnAsync("first", _ => release.Task);

        var spawns = Enumerable.Range(1, 3).Select(i => pool.SpawnAsync($"{i}", _ =>
        {
            order.Add(i);
            return Task.CompletedTask;
        }).AsTask()).ToArray();
        Assert.Equal(3, pool.Waiting);
        Assert.All(spawns, s => Assert.False(s.IsCompleted));
        release.SetResult();
        foreach (var spawn in spawns)
        {
            await (await spawn.Within("the spawn")).Task.Within("the work");
        }

        Assert.Equal([1, 2, 3], order);
    }

    [Fact]
    public async Task EV11_Spawn_CancelledWait_TakesNoSlotAndRunsNothing()
    {
        await using var pool = new WorkPool(1);
        var release = Signal();
        var ran = false;
        await pool.SpawnAsync("first", _ => release.Task);
        using var caller = new CancellationTokenSource();

        var cancelled = pool.SpawnAsync("second", _ =>
        {
            ran = true;
            return Task.CompletedTask;
        }, caller.Token).AsTask();
        var third = pool.SpawnAsync("third", _ => Task.CompletedTask).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled).Within("the cancelled wait");
        Assert.Equal(1, pool.Waiting);
        release.SetResult();
        await (await third.Within("the third spawn")).Task.Within("the third work");
        await pool.WaitAllAsync().Within("idle");

        Assert.False(ran);
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV11_Spawn_MemberOfTheFullPool_RunsInsideIt()
    {
        await using var pool = new WorkPool(1);
        var outer = await pool.SpawnAsync("outer", async _ =>
        {
            var inner = await pool.SpawnAsync("inner", _ => Task.FromResult(pool.Running));
            Assert.True(inner.Task.IsCompleted);
            var failed = await pool.SpawnAsync("failed", _ => Task.FromException<int>(new FormatException("bad")));
            await Assert.ThrowsAsync<FormatException>(() => failed.Task);
            return await inner;
        });

        Assert.Equal(1, await outer.Task.Within("the member"));
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV11_Spawn_CodeThatAMemberLeftBehind_IsNoMember()
    {
        await using var pool = new WorkPool(1);
        var left = Signal();
        Task<SpawnedWork<int>>? behind = null;
        var member = await pool.SpawnAsync("member", _ =>
        {
            behind = LeaveBehindAsync();
            return Task.CompletedTask;
        });
        await member.Task.Within("the member");
        var release = Signal();
        await pool.SpawnAsync("holder", _ => release.Task);
        left.SetResult();
        await UntilAsync(() => pool.Waiting == 1);

        Assert.False(behind!.IsCompleted);
        release.SetResult();
        Assert.Equal(1, await await behind.Within("the spawn"));

        async Task<SpawnedWork<int>> LeaveBehindAsync()
        {
            await left.Task;
            return await pool.SpawnAsync("late", _ => Task.FromResult(1));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EV12_Launch_FailureGoesToTheSinkAndTheSlotIsFreed(bool cancelsItself)
    {
        var log = new ListLogger();
        var seen = new TaskCompletionSource<WorkFailure>();
        await using var pool = new WorkPool(new WorkPoolOptions { Name = "feeds", Size = 1, Logger = log, OnFailure = seen.SetResult });

        await pool.LaunchAsync("fetch", _ => throw (cancelsItself ? new OperationCanceledException("by itself") : new FormatException("bad")));
        var failure = await seen.Task.Within("the failure");
        await pool.WaitAllAsync().Within("idle");

        Assert.Equal(("feeds", "fetch"), (failure.Pool, failure.Work));
        Assert.NotNull(failure.Error);
        Assert.Equal(1, pool.Failures);
        Assert.Equal(1, pool.Free);
        Assert.Contains(log.Messages, m => m.Contains("'fetch'", StringComparison.Ordinal) && m.Contains("'feeds'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EV2_Launch_SinkItselfFails_IsLoggedAndThePoolGoesOn()
    {
        var log = new ListLogger();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, Logger = log, OnFailure = _ => throw new InvalidOperationException("sink") });

        await pool.LaunchAsync("bad", _ => throw new FormatException("bad"));
        await pool.WaitAllAsync().Within("idle");

        Assert.Equal(["FormatException", "InvalidOperationException"], log.Errors.Select(e => e.GetType().Name));
        Assert.Equal(3, await (await pool.SpawnAsync("good", _ => Task.FromResult(3))).Task.Within("the next work"));
    }

    [Fact]
    public async Task EV2_Spawn_FailureAtWhichNobodyLooks_IsReportedWhenThePoolEnds()
    {
        var log = new ListLogger();
        var pool = new WorkPool(new WorkPoolOptions { Size = 2, Logger = log });
        var seen = await pool.SpawnAsync("seen", _ => Task.FromException(new FormatException("seen")));
        await pool.SpawnAsync("unseen", _ => Task.FromException(new FormatException("unseen")));
        await pool.WaitAllAsync().Within("idle");
        await Assert.ThrowsAsync<FormatException>(() => seen.Task).Within("the seen one");
        Assert.Empty(log.Messages);

        await pool.DisposeAsync().Within("the end");

        Assert.Equal("unseen", Assert.Single(log.Errors).Message);
    }

    [Fact]
    public async Task EV13_WaitAll_NothingRuns_ReturnsAtOnce()
    {
        await using var pool = new WorkPool(1);

        Assert.True(pool.WaitAllAsync().IsCompletedSuccessfully);
        Assert.True(await pool.WaitAllAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task EV13_WaitAll_WorkAndWaitingSpawners_WaitsForBoth()
    {
        await using var pool = new WorkPool(1);
        var first = Signal();
        var second = Signal();
        await pool.SpawnAsync("first", _ => first.Task);
        var spawning = pool.SpawnAsync("second", _ => second.Task).AsTask();

        var all = pool.WaitAllAsync();
        first.SetResult();
        await spawning.Within("the second spawn");
        Assert.False(all.IsCompleted);
        second.SetResult();

        await all.Within("idle");
    }

    [Fact]
    public async Task EV13_WaitAll_CancelledSpawnerWasTheLast_Ends()
    {
        await using var pool = new WorkPool(0);
        using var caller = new CancellationTokenSource();
        var spawning = pool.SpawnAsync("never", _ => Task.CompletedTask, caller.Token).AsTask();
        var all = pool.WaitAllAsync();
        Assert.False(all.IsCompleted);

        await caller.CancelAsync();

        await all.Within("idle");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => spawning);
    }

    [Fact]
    public async Task EV13_WaitAll_ByAMember_IsRefused()
    {
        await using var pool = new WorkPool(new WorkPoolOptions { Name = "feeds", Size = 1 });
        var member = await pool.SpawnAsync("member", async _ =>
        {
            var messages = new List<string>
            {
                (await Assert.ThrowsAsync<InvalidOperationException>(() => pool.WaitAllAsync())).Message,
                (await Assert.ThrowsAsync<InvalidOperationException>(() => pool.WaitAllAsync(TimeSpan.Zero))).Message,
                (await Assert.ThrowsAsync<InvalidOperationException>(() => pool.StopAsync("a member wants it."))).Message,
            };
            return messages;
        });

        Assert.All(await member.Task.Within("the member"), m => Assert.Contains("'feeds'", m, StringComparison.Ordinal));
        Assert.Null(pool.Reason);
    }

    [Fact]
    public async Task EV13_Drain_TimePasses_SaysSoAndLeavesTheWorkAlone()
    {
        var clock = new ManualClock();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, TimeProvider = clock });
        var release = Signal();
        var work = await pool.SpawnAsync("slow", async token =>
        {
            await release.Task;
            return token.IsCancellationRequested;
        });

        var drain = pool.WaitAllAsync(TimeSpan.FromSeconds(5));
        Assert.False(drain.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.False(await drain.Within("the deadline"));
        release.SetResult();
        Assert.False(await work.Task.Within("the work"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pool.WaitAllAsync(TimeSpan.FromSeconds(-5)));
    }

    [Fact]
    public async Task EV14_Counts_AfterAShrink_FreeIsNegative()
    {
        await using var pool = new WorkPool(3);
        var release = Signal();
        for (var i = 0; i < 3; i++)
        {
            await pool.SpawnAsync("work", _ => release.Task);
        }

        Assert.Equal((3, 0, 0), (pool.Running, pool.Free, pool.Waiting));
        pool.Resize(1);
        var waiting = pool.SpawnAsync("waits", _ => Task.CompletedTask).AsTask();

        Assert.Equal((3, -2, 1), (pool.Running, pool.Free, pool.Waiting));
        Assert.False(waiting.IsCompleted);
        release.SetResult();
        await waiting.Within("the spawn");
        await pool.WaitAllAsync().Within("idle");
        Assert.Equal((0, 1, 0), (pool.Running, pool.Free, pool.Waiting));
    }

    [Fact]
    public async Task EV15_Resize_Growing_WakesThoseWhoWaitAtOnce()
    {
        await using var pool = new WorkPool(1);
        var release = Signal();
        await pool.SpawnAsync("holder", _ => release.Task);
        var spawns = Enumerable.Range(0, 3).Select(_ => pool.SpawnAsync("waits", _ => release.Task).AsTask()).ToArray();
        Assert.Equal(3, pool.Waiting);

        pool.Resize(3);

        await Task.WhenAll(spawns[..2]).Within("the first two");
        Assert.Equal(1, pool.Waiting);
        Assert.Equal(3, pool.Running);
        Assert.False(spawns[2].IsCompleted);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Resize(-1));
        Assert.Equal(3, pool.Size);
        release.SetResult();
        await spawns[2].Within("the third");
    }

    [Fact]
    public async Task Stop_RefusesNewWorkEndsWaitingSpawnersAndWaitsForWhatRuns()
    {
        var pool = new WorkPool(new WorkPoolOptions { Name = "feeds", Size = 1 });
        var stopping = Signal();
        var release = Signal();
        var work = await pool.SpawnAsync("work", async token =>
        {
            await using var seen = token.UnsafeRegister(_ => stopping.SetResult(), null);
            await release.Task;
            token.ThrowIfCancellationRequested();
        });
        await UntilAsync(() => work.State == SpawnedWorkState.Running);
        var waiting = pool.SpawnAsync("waiting", _ => Task.CompletedTask).AsTask();

        var stop = pool.StopAsync("maintenance.");
        await stopping.Task.Within("the work is told");
        var refused = await Assert.ThrowsAsync<WorkStoppedException>(() => waiting).Within("the waiting spawner");
        Assert.False(stop.IsCompleted);
        Assert.Equal("maintenance.", refused.Reason);
        Assert.Throws<WorkStoppedException>(() => pool.TrySpawn("late", _ => Task.CompletedTask, out _));
        await Assert.ThrowsAsync<WorkStoppedException>(() => pool.SpawnAsync("late", _ => Task.CompletedTask).AsTask());
        release.SetResult();
        await stop.Within("the end");

        var stopped = await Assert.ThrowsAsync<WorkStoppedException>(() => work.Task);
        Assert.Contains("maintenance.", stopped.Message, StringComparison.Ordinal);
        await pool.StopAsync("again.").Within("a second stop");
        await pool.DisposeAsync().Within("the disposal");
        Assert.Equal("maintenance.", pool.Reason);
    }

    [Fact]
    public async Task Cancel_ByAMember_EndsThePoolWithoutWaiting()
    {
        var pool = new WorkPool(2);
        var member = await pool.SpawnAsync("member", async token =>
        {
            pool.Cancel("a member has seen enough.");
            await pool.DisposeAsync();
            return token.IsCancellationRequested;
        });

        Assert.True(await member.Task.Within("the member"));
        await pool.DisposeAsync().Within("the end");
    }

    [Fact]
    public async Task EV1_Spawn_RefusedByTheExecutor_FailsAndFreesTheSlot()
    {
        var executor = new CooperativeExecutor("ended");
        await executor.DisposeAsync();
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 1, Executor = executor });

        var work = await pool.SpawnAsync("work", _ => Task.CompletedTask);

        await Assert.ThrowsAsync<Concurrency.Execution.ExecutorRejectedException>(() => work.Task).Within("the refusal");
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV1_Spawn_OnAnExecutor_RunsThere()
    {
        await using var executor = new DedicatedThreadExecutor("own");
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 2, Executor = executor });

        var work = await pool.SpawnAsync("work", async _ =>
        {
            await Task.Yield();
            return Concurrency.Execution.Executor.Current?.Name;
        });

        Assert.Equal("own", await work.Task.Within("the work"));
    }

    [Fact]
    public void EV13_Storm_RandomSpawnsCancelsAndResizes_NoSlotIsLost() => Explore.Seeds(40, async executor =>
    {
        var random = executor.Random;
        await using var pool = new WorkPool(3);
        var running = 0;
        var spawns = new List<Task>();
        for (var i = 0; i < 60; i++)
        {
            using var caller = new CancellationTokenSource();
            var spawn = pool.SpawnAsync($"{i}", async _ =>
            {
                running++;
                for (var turns = random.Next(3); turns > 0; turns--)
                {
                    await Task.Yield();
                }

                running--;
            }, caller.Token).AsTask();
            if (random.Next(4) == 0)
            {
                CancelHere(caller);
            }

            if (random.Next(8) == 0)
            {
                pool.Resize(random.Next(1, 5));
            }

            spawns.Add(spawn);
            await Task.Yield();
        }

        foreach (var spawn in spawns)
        {
            try
            {
                await spawn;
            }
            catch (OperationCanceledException)
            {
                // Its wait was cancelled above.
            }
        }

        Assert.True(await pool.WaitAllAsync(Timeout.InfiniteTimeSpan));
        Assert.Equal(0, running);
        Assert.Equal((0, pool.Size, 0), (pool.Running, pool.Free, pool.Waiting));
    });

    /// <summary>Cancels on the calling thread: the other way leaves a seeded executor.</summary>
    private static void CancelHere(CancellationTokenSource source) => source.Cancel();

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets others run until something has come true.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
