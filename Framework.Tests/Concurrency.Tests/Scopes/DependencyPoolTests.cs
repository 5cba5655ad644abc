using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class DependencyPoolTests : IAsyncLifetime
{
    private readonly ListLogger _logger = new();
    private readonly DependencyPool<string, int> _pool;

    public DependencyPoolTests() => _pool = new DependencyPool<string, int>(new DependencyPoolOptions { Name = "build", Logger = _logger });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _pool.DisposeAsync().Within("dispose");

    [Fact]
    public async Task EV80_Preload_IsThereFromTheStart_AndCopied()
    {
        var preload = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 };
        await using var pool = new DependencyPool<string, int>(preload: preload);
        preload["a"] = 7;

        Assert.Equal(1, await pool.GetAsync("a"));
        Assert.Equal(["a", "b"], pool.Keys);
        Assert.Equal(2, pool.Items["b"]);
        Assert.Empty(pool.Running);
    }

    [Fact]
    public async Task EV81_Start_RunsAtOnce_AndReceivesResultsAsTheyBecomeReady()
    {
        var began = new TaskCompletionSource();
        var received = new TaskCompletionSource();
        var order = new List<string>();
        _pool.Start("sum", ["slow", "fast"], async (key, results, _) =>
        {
            Assert.Equal(("sum", 2), (key, results.Keys.Count));
            began.SetResult();
            var sum = 0;
            await foreach (var (from, value) in results)
            {
                order.Add(from);
                sum += value;
                received.TrySetResult();
            }

            return sum;
        });
        await began.Task.Within("began before its dependencies were started");
        Assert.Equal(["slow", "fast"], _pool.WaitingFor("sum"));

        _pool.Post("fast", 1);
        await received.Task.Within("first");
        Assert.Equal(["slow"], _pool.WaitingFor("sum"));
        _pool.Post("slow", 10);

        Assert.Equal(11, await _pool.GetAsync("sum").Within("sum"));
        Assert.Equal(["fast", "slow"], order);
    }

    [Fact]
    public async Task EV81_AllAsync_WaitsForEveryDependency()
    {
        _pool.Start("sum", ["a", "b"], async (_, results, _) => (await results.AllAsync()).Values.Sum());
        _pool.Start("a", [], (_, _, _) => Task.FromResult(1));
        _pool.Start("b", ["a"], async (_, results, _) => (await results.AllAsync())["a"] + 1);

        Assert.Equal(3, await _pool.GetAsync("sum").Within("sum"));
    }

    [Fact]
    public async Task EV81_KeyUsedAgain_IsACollision_AndNothingChanges()
    {
        _pool.Start("a", [], (_, _, _) => Task.FromResult(1));
        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
        _pool.Post("b", 2);

        var error = Assert.Throws<DependencyCollisionException>(() => _pool.Start("a", ["new"], (_, _, _) => Task.FromResult(3)));
        Assert.Equal("a", error.Key);
        Assert.Contains("'a' cannot be started in the pool 'build': it was started before", error.Message, StringComparison.Ordinal);
        Assert.Throws<DependencyCollisionException>(() => _pool.Start("b", [], (_, _, _) => Task.FromResult(3)));

        Assert.Equal(1, await _pool.GetAsync("a"));
        Assert.Equal(["a", "b"], _pool.Keys);
    }

    [Fact]
    public async Task EV81_StartMany_StartsAGraph_InAnyOrder()
    {
        var graph = new Dictionary<string, IEnumerable<string>> { ["d"] = ["b", "c"], ["b"] = ["a"], ["c"] = ["a"], ["a"] = [] };

        _pool.StartMany(graph, async (key, results, _) => (await results.AllAsync()).Values.Sum() + 1);

        Assert.Equal(5, (await _pool.WaitAsync().Within("all"))["d"]);
    }

    [Fact]
    public async Task EV81_StartMany_OneCollides_StartsNothing()
    {
        _pool.Post("b", 1);
        var graph = new Dictionary<string, IEnumerable<string>> { ["a"] = ["x"], ["b"] = [] };

        Assert.Throws<DependencyCollisionException>(() => _pool.StartMany(graph, (_, _, _) => Task.FromResult(0)));

        Assert.Equal(["b"], _pool.Keys);
        Assert.Empty(_pool.Running);
        _pool.Start("a", [], (_, _, _) => Task.FromResult(5));
        Assert.Equal(5, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV82_Post_ValueExists_CollidesUnlessItIsReplaced()
    {
        _pool.Post("a", 1);

        var error = Assert.Throws<DependencyCollisionException>(() => _pool.Post("a", 2));
        Assert.Contains("which has one. Use another key, or replace: true", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await _pool.GetAsync("a"));
        _pool.Post("a", 2, replace: true);

        Assert.Equal(2, await _pool.GetAsync("a"));
    }

    [Fact]
    public async Task EV82_Post_KeyOfRunningWork_Collides_EvenToReplace()
    {
        var finish = new TaskCompletionSource<int>();
        _pool.Start("a", [], (_, _, _) => finish.Task);

        Assert.Throws<DependencyCollisionException>(() => _pool.Post("a", 2));
        Assert.Throws<DependencyCollisionException>(() => _pool.Post("a", 2, replace: true));
        finish.SetResult(1);

        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV82_Post_OwnKey_IsAllowed_AndTheReturnValueIsDropped()
    {
        var finish = new TaskCompletionSource<int>();
        _pool.Start("a", [], async (key, _, _) =>
        {
            await Task.Yield();
            _pool.Post(key, 1);
            return await finish.Task;
        });
        Assert.Equal(1, await _pool.GetAsync("a").Within("posted"));
        Assert.Equal(["a"], _pool.Running);

        finish.SetException(new IOException("after the post"));
        await _logger.Written.Within("log");

        Assert.Equal(1, await _pool.GetAsync("a"));
        Assert.Equal("after the post", Assert.Single(_logger.Errors).Message);
    }

    [Fact]
    public async Task EV83_Failure_IsStored_AndCarriesTheChainOfKeys()
    {
        _pool.Start("load", [], (_, _, _) => throw new IOException("no such file"));
        _pool.Start("parse", ["load"], async (_, results, _) => (await results.AllAsync()).Count);
        _pool.Start("report", ["parse"], async (_, results, _) => (await results.AllAsync()).Count);

        var error = await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("report").Within("report"));

        Assert.Equal(new object[] { "report", "parse", "load" }, error.Keys);
        Assert.Equal("report", error.Key);
        Assert.IsType<IOException>(error.Cause);
        Assert.Equal("'report' failed because 'parse' failed because 'load' failed: no such file", error.Message);
        Assert.Equal("load", _pool.Failures["load"].Key);
        Assert.False(_pool.TryGet("report", out _));
    }

    [Fact]
    public async Task EV83_FailureThatWorkHandles_IsNotItsOwn()
    {
        _pool.Start("load", [], (_, _, _) => Task.FromException<int>(new IOException("no such file")));
        _pool.Start("count", ["load"], async (_, results, _) =>
        {
            try
            {
                return (await results.AllAsync()).Count;
            }
            catch (DependencyFailedException)
            {
                return -1;
            }
        });

        Assert.Equal(-1, await _pool.GetAsync("count").Within("count"));
    }

    [Fact]
    public async Task EV83_FailureThatNobodySaw_IsLoggedAtTheEnd()
    {
        var pool = new DependencyPool<int, int>(new DependencyPoolOptions { Name = "quiet", Logger = _logger });
        pool.Start(1, [], (_, _, _) => throw new IOException("seen"));
        pool.Start(2, [], (_, _, _) => throw new IOException("unseen"));
        await Assert.ThrowsAsync<DependencyFailedException>(() => pool.GetAsync(1).Within("seen"));
        await foreach (var _ in pool.WaitEachSuccessAsync([1, 2]))
        {
            Assert.Fail("There is no success.");
        }

        await pool.DisposeAsync();
        await pool.DisposeAsync();

        Assert.Equal(["The pool 'quiet' ends, and nobody has looked at the failure of '2'."], _logger.Messages);
    }

    [Fact]
    public async Task EV84_WaitEach_IsChronological_AlsoForWhatWasReadyBefore()
    {
        _pool.Post("z", 1);
        _pool.Post("a", 2);
        var seen = new List<string>();
        await using var each = _pool.WaitEachAsync(["m", "a", "z"]).GetAsyncEnumerator();
        Assert.True(await each.MoveNextAsync());
        seen.Add(each.Current.Key);
        Assert.True(await each.MoveNextAsync());
        seen.Add(each.Current.Key);
        var third = each.MoveNextAsync().AsTask();
        Assert.False(third.IsCompleted);

        _pool.Post("m", 3);

        Assert.True(await third.Within("third"));
        seen.Add(each.Current.Key);
        Assert.Equal(["z", "a", "m"], seen);
        Assert.False(await each.MoveNextAsync());
    }

    [Fact]
    public async Task EV84_SuccessesAndFailures_CanBeWaitedForApart()
    {
        _pool.Post("a", 1);
        _pool.Start("b", [], (_, _, _) => throw new IOException("b"));
        _pool.Start("c", [], (_, _, _) => Task.FromResult(3));
        string[] keys = ["a", "b", "c"];

        var good = new List<string>();
        await foreach (var (key, _) in _pool.WaitEachSuccessAsync(keys))
        {
            good.Add(key);
        }

        var bad = new List<string>();
        await foreach (var (key, failure) in _pool.WaitEachFailureAsync(keys))
        {
            bad.Add($"{key} {failure.Cause.Message}");
        }

        Assert.Equal(["a", "c"], good.Order());
        Assert.Equal(["b b"], bad);
        await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.WaitAsync(keys));
        await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.WaitAsync());
    }

    [Fact]
    public async Task EV84_Wait_Cancelled_LeavesTheWorkAlone()
    {
        var finish = new TaskCompletionSource<int>();
        using var source = new CancellationTokenSource();
        _pool.Start("a", [], (_, _, _) => finish.Task);
        var wait = _pool.WaitAsync(["a", "later"], source.Token);

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
        Assert.Equal(["a"], _pool.Running);
        finish.SetResult(1);
        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV84_Snapshots_SayWhoRunsAndWhoWaits()
    {
        var finish = new TaskCompletionSource<int>();
        _pool.Start("a", [], (_, _, _) => finish.Task);
        _pool.Start("b", ["a", "c"], async (_, results, _) => (await results.AllAsync()).Count);

        Assert.Equal((["a", "b"], ["b"]), (_pool.Running.Order().ToArray(), _pool.Waiting.ToArray()), TwoLists);
        Assert.Equal(["a", "c"], _pool.WaitingFor("b"));
        Assert.Empty(_pool.WaitingFor("unknown"));
        Assert.False(_pool.TryGet("a", out _));
        Assert.Empty(_pool.Items);
        var details = new LiveDetails();
        Assert.Single(LiveObjects.Current, live => ReferenceEquals(live, _pool)).Describe(details);
        Assert.Contains(KeyValuePair.Create("waiting", "1"), details.Values);
        finish.SetResult(1);
        _pool.Post("c", 1);

        await _pool.WaitAsync().Within("all");
        Assert.Equal(["a", "b", "c"], _pool.Keys.Order());
        Assert.True(_pool.TryGet("b", out var count));
        Assert.Equal(2, count);

        static bool TwoLists((string[] Left, string[] Right) x, (string[] Left, string[] Right) y) =>
            x.Left.SequenceEqual(y.Left) && x.Right.SequenceEqual(y.Right);
    }

    [Fact]
    public async Task EV85_Stop_EndsTheWork_AndReachesItsDependants()
    {
        _pool.Start("a", [], async (_, _, stopping) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            return 1;
        });
        _pool.Start("b", ["a"], async (_, results, _) => (await results.AllAsync()).Count);

        Assert.True(await _pool.StopAsync("a", "the user has left.").Within("stop"));

        var error = await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("b").Within("dependant"));
        Assert.Equal("'b' failed because 'a' failed: It was stopped: the user has left.", error.Message);
        Assert.IsAssignableFrom<OperationCanceledException>(error.Cause);
        Assert.False(await _pool.StopAsync("a", "again."));
        Assert.Empty(_pool.Running);
    }

    [Fact]
    public async Task EV85_Stop_ReturnsWhenTheWorkHasReallyEnded()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource<int>();
        _pool.Start("a", [], (_, _, _) =>
        {
            begun.SetResult();
            return finish.Task;
        });
        await begun.Task.Within("start");

        var stopping = _pool.StopAsync("a", "enough.");
        Assert.False(stopping.IsCompleted);
        finish.SetResult(3);

        Assert.True(await stopping.Within("stop"));
        Assert.Equal(3, await _pool.GetAsync("a"));
    }

    [Fact]
    public async Task EV85_Stop_UnknownOrOwnKey_IsRefused()
    {
        _pool.Start("own", ["never"], async (key, _, _) =>
        {
            await _pool.StopAsync(key, "me.");
            return 0;
        });

        var own = await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("own").Within("own"));
        Assert.Contains("cannot wait for its own end", own.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => _pool.StopAsync("never", "it waits."));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => _pool.StopAsync("unknown", "why not."));
    }

    [Fact]
    public async Task EV85_Cycle_IsRefusedAtStart_AndSpelledOut()
    {
        _pool.Start("a", ["b"], async (_, results, _) => (await results.AllAsync()).Count);
        _pool.Start("b", ["c"], async (_, results, _) => (await results.AllAsync()).Count);

        var error = Assert.Throws<DependencyCycleException>(() => _pool.Start("c", ["other", "a"], (_, _, _) => Task.FromResult(1)));
        Assert.Equal(new object[] { "c", "a", "b", "c" }, error.Keys);
        Assert.Contains("it would wait for itself, 'c' -> 'a' -> 'b' -> 'c'", error.Message, StringComparison.Ordinal);
        Assert.Throws<DependencyCycleException>(() => _pool.Start("self", ["self"], (_, _, _) => Task.FromResult(1)));

        _pool.Start("c", [], (_, _, _) => Task.FromResult(1));
        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
        Assert.Throws<DependencyCycleException>(() => _pool.StartMany(
            new Dictionary<string, IEnumerable<string>> { ["x"] = ["y"], ["y"] = ["x"] }, (_, _, _) => Task.FromResult(1)));
        Assert.Empty(_pool.Running);
    }

    [Fact]
    public async Task EV85_NeverStarted_FailsWhenThePoolIsCompleted()
    {
        _pool.Start("a", ["forgotten"], async (_, results, _) => (await results.AllAsync()).Count);
        var direct = _pool.GetAsync("unknown");

        _pool.Complete();

        var error = await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("a").Within("a"));
        Assert.Equal(
            "'a' failed because 'forgotten' failed: nobody had started it, or posted its value, when the pool 'build' was completed.", error.Message);
        await Assert.ThrowsAsync<DependencyFailedException>(() => direct.Within("direct"));
        await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("asked for later").Within("later"));
        Assert.Throws<InvalidOperationException>(() => _pool.Start("b", [], (_, _, _) => Task.FromResult(1)));
        Assert.Throws<InvalidOperationException>(() => _pool.Post("b", 1));
    }

    [Fact]
    public async Task EV85_Dispose_EndsAllWork_AndAllWaits()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cleaned = false;
        _pool.Start("a", [], async (_, _, stopping) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            }
            finally
            {
                await Task.Yield();
                cleaned = true;
            }

            return 1;
        });
        _pool.Start("b", ["a", "never"], async (_, results, _) => (await results.AllAsync()).Count);
        var waits = new[] { _pool.GetAsync("a"), _pool.GetAsync("b"), _pool.GetAsync("never") };
        await begun.Task.Within("start");

        await _pool.DisposeAsync().Within("dispose");

        Assert.True(cleaned);
        foreach (var wait in waits)
        {
            await Assert.ThrowsAsync<DependencyFailedException>(() => wait.Within("wait"));
        }

        Assert.Empty(_pool.Running);
        Assert.DoesNotContain(LiveObjects.Current, live => ReferenceEquals(live, _pool));
        Assert.Throws<InvalidOperationException>(() => _pool.Start("c", [], (_, _, _) => Task.FromResult(1)));
    }

    [Fact]
    public async Task EV85_Dispose_ByItsOwnWork_IsRefusedInsteadOfHanging()
    {
        _pool.Start("a", [], async (_, _, _) =>
        {
            await _pool.DisposeAsync();
            return 1;
        });

        var error = await Assert.ThrowsAsync<DependencyFailedException>(() => _pool.GetAsync("a").Within("a"));

        Assert.IsType<InvalidOperationException>(error.Cause);
    }

    [Fact]
    public async Task EV81_MaximumConcurrency_DoesNotCountWorkThatWaits()
    {
        var inside = 0;
        await using var pool = new DependencyPool<int, int>(new DependencyPoolOptions { MaximumConcurrency = 1 });
        for (var key = 20; key > 0; key--)
        {
            pool.Start(key, [key - 1], async (_, results, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                var sum = 1;
                await foreach (var (_, value) in results)
                {
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    sum += value;
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }

                return sum;
            });
        }

        pool.Post(0, 0);

        Assert.Equal(20, await pool.GetAsync(20).Within("chain"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DependencyPool<int, int>(new DependencyPoolOptions { MaximumConcurrency = 0 }));
    }

    [Fact]
    public async Task EV81_Executor_RunsTheWork_AndItsRefusalIsAFailure()
    {
        var executor = new CooperativeExecutor("loop");
        await using var pool = new DependencyPool<string, bool>(new DependencyPoolOptions { Executor = executor });
        pool.Start("a", ["b"], async (_, results, _) => (await results.AllAsync())["b"] && executor.IsCurrent);
        pool.Start("b", [], (_, _, _) => Task.FromResult(executor.IsCurrent));
        Assert.True(await pool.GetAsync("a").Within("a"));

        await executor.DisposeAsync();
        pool.Start("c", [], (_, _, _) => Task.FromResult(true));

        await Assert.ThrowsAsync<DependencyFailedException>(() => pool.GetAsync("c").Within("c"));
    }

    [Fact]
    public async Task EV81_Results_ReadTwiceAtTheSameMoment_IsRefused()
    {
        _pool.Start("a", ["b"], async (_, results, _) =>
        {
            var first = results.AllAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() => results.AllAsync());
            _pool.Post("b", 1);
            await first;
            return (await results.AllAsync()).Count;
        });

        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public void EV81_RandomGraphs_EndWithTheRightSums() => Explore.Seeds(300, async executor =>
    {
        var size = executor.Random.Next(2, 12);
        var pool = new DependencyPool<int, long>(new DependencyPoolOptions { MaximumConcurrency = executor.Random.Next(1, 4) });
        var expected = new long[size];
        var graph = new Dictionary<int, int[]>();
        for (var key = 0; key < size; key++)
        {
            graph[key] = [.. Enumerable.Range(0, key).Where(_ => executor.Random.Next(3) == 0)];
            expected[key] = 1 + graph[key].Sum(dependency => expected[dependency]);
        }

        foreach (var (key, dependencies) in graph.OrderBy(_ => executor.Random.Next()))
        {
            pool.Start(key, dependencies, async (_, results, _) =>
            {
                long sum = 1;
                await foreach (var (_, value) in results)
                {
                    await Executor.Yield();
                    sum += value;
                }

                return sum;
            });
            await Executor.Yield();
        }

        var all = await pool.WaitAsync();
        Assert.Equal(expected, all.OrderBy(item => item.Key).Select(item => item.Value));
        await pool.DisposeAsync();
    });
}
