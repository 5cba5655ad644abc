using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Waiting for keys of a <see cref="DependencyPool{TKey,TValue}"/>, and giving up.</summary>
public sealed class DependencyAskTests : IAsyncLifetime
{
    private readonly DependencyPool<string, int> _pool = new(new DependencyPoolOptions { Name = "build" });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _pool.DisposeAsync().Within("dispose");

    [Fact]
    public async Task EV84_AskedForAndGivenUp_IsNoKeyThatAllWaitFor()
    {
        using var impatient = new CancellationTokenSource();
        _pool.Post("a", 1);
        var ask = _pool.GetAsync("typo", impatient.Token);
        var other = _pool.GetAsync("typo");

        // Somebody still waits for it, and it is no key all the same.
        Assert.Equal(1, (await _pool.WaitAsync().Within("all, while two wait"))["a"]);
        impatient.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask).Within("the wait ends");

        Assert.Equal(["a"], (await _pool.WaitAsync().Within("all")).Keys);
        Assert.Equal(["a"], _pool.Keys);
        _pool.Post("typo", 2);
        Assert.Equal(2, await other.Within("who still waits gets it"));
    }

    [Fact]
    public async Task EV84_AsksThatAreCancelled_LeaveNothing()
    {
        using var impatient = new CancellationTokenSource();
        var board = new DependencyBoard<string, int>("board", null);
        var asks = Enumerable.Range(0, 100).Select(i => AskAsync(board, $"{i % 50}", impatient.Token)).ToArray();
        Assert.Equal(50, Count(board));

        impatient.Cancel();
        foreach (var ask in asks)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask).Within("the wait ends");
        }

        Assert.Equal(0, Count(board));
        board.Close("it was closed.");
        Assert.NotNull((await AskAsync(board, "late", default).Within("late")).Failure);
        Assert.Equal(0, Count(board));

        static int Count(DependencyBoard<string, int> board) => board.Select(static _ => true, static node => node.Key).Count;
    }

    [Fact]
    public async Task EV84_AsksThatAreCancelled_KeepWhatWorkDependsOn()
    {
        using var impatient = new CancellationTokenSource();
        var ask = _pool.GetAsync("later", impatient.Token);
        _pool.Start("a", ["later"], async (_, results, _) => (await results.AllAsync())["later"]);
        Assert.Throws<DependencyCollisionException>(() => _pool.StartMany(
            [new("b", ["later"]), new("a", [])], (_, _, _) => Task.FromResult(0)));

        impatient.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask).Within("the wait ends");
        _pool.Post("later", 7);

        Assert.Equal(7, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV85_Stop_WorkWhosePlaceIsTaken_DoesNotStandInLineForIt()
    {
        await using var pool = new DependencyPool<string, int>(new DependencyPoolOptions { MaximumConcurrency = 1 });
        var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pool.Start("waits", ["never"], async (_, results, _) =>
        {
            waits.SetResult();
            return (await results.AllAsync()).Count;
        });
        await waits.Task.Within("the first waits");
        pool.Start("holds", [], async (_, _, _) =>
        {
            holds.SetResult();
            await mayEnd.Task;
            return 1;
        });
        await holds.Task.Within("the second has the only place");

        Assert.True(await pool.StopAsync("waits", "it is not needed.").Within("stop"));

        Assert.Equal(["holds"], pool.Running);
        mayEnd.SetResult();
        Assert.Equal(1, await pool.GetAsync("holds").Within("the other"));
    }

    [Fact]
    public async Task EV85_WorkThatWaitsForItself_IsRefused_AndSaysWhatToDo()
    {
        _pool.Start("a", [], async (key, _, _) =>
        {
            var error = await Assert.ThrowsAsync<DependencyCycleException>(() => _pool.GetAsync(key)).Within("own key");
            Assert.Equal(["a", "a"], error.Keys);
            Assert.StartsWith("The work of 'a' cannot wait for 'a' in the pool 'build': it would wait for itself, 'a' -> 'a'.", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<DependencyCycleException>(() => _pool.WaitAsync()).Within("all keys, the own included");
            await Assert.ThrowsAsync<DependencyCycleException>(() => FirstAsync(_pool.WaitEachAsync(["typo", key]))).Within("one by one");
            await Assert.ThrowsAsync<DependencyCycleException>(() => FirstAsync(_pool.WaitEachSuccessAsync([key]))).Within("successes");
            await Assert.ThrowsAsync<DependencyCycleException>(() => FirstAsync(_pool.WaitEachFailureAsync([key]))).Within("failures");

            // What it has posted is there.
            _pool.Post(key, 5);
            return await _pool.GetAsync(key);
        });

        Assert.Equal(5, await _pool.GetAsync("a").Within("a"));
        Assert.Equal(["a"], (await _pool.WaitAsync().Within("what was asked for and refused is no key")).Keys);
        Assert.Empty(_pool.Failures);
    }

    [Fact]
    public async Task EV85_CircleOfWaitsAndDependencies_IsRefusedToWhoClosesIt()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pool.Start("a", [], async (_, _, _) =>
        {
            var b = _pool.GetAsync("b");
            asked.SetResult();
            return await b + 1;
        });
        await asked.Task.Within("a waits for b");

        _pool.Start("b", ["c"], async (_, results, _) => (await results.AllAsync())["c"] + 1);
        _pool.Start("c", [], async (_, _, _) =>
        {
            var error = await Assert.ThrowsAsync<DependencyCycleException>(() => _pool.GetAsync("a")).Within("the circle");
            Assert.Equal(["c", "a", "b", "c"], error.Keys);
            return 1;
        });

        Assert.Equal(3, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV85_StartThatClosesACircle_EndsTheWait_AndIsNotRefused()
    {
        var asked = new TaskCompletionSource<Task<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pool.Start("a", [], async (_, _, _) =>
        {
            asked.SetResult(_pool.GetAsync("x"));
            await mayEnd.Task;
            return 1;
        });
        var background = await asked.Task.Within("something of a waits for x");

        _pool.StartMany([new("y", ["a"]), new("x", ["y"])], async (_, results, _) => (await results.AllAsync()).Values.Sum() + 1);

        var error = await Assert.ThrowsAsync<DependencyCycleException>(() => background).Within("the wait");
        Assert.Equal(["a", "x", "y", "a"], error.Keys);
        Assert.Empty(_pool.WaitingFor("a"));
        mayEnd.SetResult();
        Assert.Equal(3, await _pool.GetAsync("x").Within("x"));
        Assert.Equal(1, await _pool.GetAsync("a").Within("a"));
    }

    [Fact]
    public async Task EV85_WaitForOneOfManyKeys_IsRefusedOnlyWhenNoneCanCome()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pool.Post("ready", 1);
        _pool.Start("a", [], async (_, _, _) =>
        {
            _pool.Start("c", ["a"], async (_, results, _) => (await results.AllAsync())["a"] + 1);
            Assert.Equal(1, (await FirstAsync(_pool.WaitEachAsync(["ready", "c"]))).Value);

            var later = FirstAsync(_pool.WaitEachAsync(["later", "c"]));
            asked.SetResult();
            return (await later).Value;
        });
        var first = await Task.WhenAny(asked.Task, _pool.GetAsync("a")).Within("a waits for one of two");
        await first;
        Assert.Equal(["c", "later"], _pool.WaitingFor("a").Order());
        Assert.Equal(["a", "c"], _pool.Waiting.Order());

        // c waits for a, which goes on with later: only later itself cannot wait for one of them.
        _pool.Start("b", [], async (_, _, _) => await _pool.GetAsync("c") + 1);
        _pool.Start("later", [], async (_, _, _) =>
        {
            var error = await Assert.ThrowsAsync<DependencyCycleException>(() => _pool.GetAsync("c")).Within("the circle");
            Assert.Equal(["later", "c", "a", "later"], error.Keys);
            return 5;
        });

        Assert.Equal(7, await _pool.GetAsync("b").Within("b"));
    }

    [Fact]
    public async Task EV81_WorkThatWaitsForOtherKeys_GivesItsPlaceToThem_AndHasItAgain()
    {
        await using var pool = new DependencyPool<string, int>(new DependencyPoolOptions { MaximumConcurrency = 1 });
        string[] waiting = [];
        string[] waitingFor = [];
        var hasEnded = false;
        pool.Start("a", [], async (_, _, token) =>
        {
            pool.Start("b", [], (_, _, _) =>
            {
                (waiting, waitingFor) = ([.. pool.Waiting], [.. pool.WaitingFor("a")]);
                return Task.FromResult(7);
            });
            var b = await pool.GetAsync("b", token);
            pool.Start("c", ["d"], async (_, results, _) => (await results.AllAsync())["d"] + 1);
            pool.Start("d", [], (_, _, _) => Task.FromResult(10));
            var both = await Task.WhenAll(pool.GetAsync("d", token), pool.GetAsync("c", token));
            var all = await pool.WaitAsync(["b", "c"], token);
            pool.Start("after", [], (_, _, _) => Task.FromResult(hasEnded ? 1 : 0));
            await Task.Yield();
            hasEnded = true;
            return b + both.Sum() + all.Count;
        });

        Assert.Equal(30, await pool.GetAsync("a").Within("a"));
        Assert.Equal(["a"], waiting);
        Assert.Equal(["b"], waitingFor);
        Assert.Equal(1, await pool.GetAsync("after").Within("what had to wait for the place"));
    }

    [Fact]
    public async Task EV81_WaitThatOutlivesItsWork_TakesNoPlace()
    {
        await using var pool = new DependencyPool<string, int>(new DependencyPoolOptions { MaximumConcurrency = 1 });
        var asked = new TaskCompletionSource<Task<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        pool.Start("a", [], (_, _, _) =>
        {
            asked.SetResult(pool.GetAsync("later"));
            return Task.FromResult(1);
        });
        var background = await asked.Task.Within("something of a waits");
        Assert.Equal(1, await pool.GetAsync("a").Within("a"));

        pool.Post("later", 2);
        Assert.Equal(2, await background.Within("the wait"));

        pool.Start("b", [], (_, _, _) => Task.FromResult(3));
        Assert.Equal(3, await pool.GetAsync("b").Within("b"));
    }

    [Fact]
    public async Task EV85_WaitThatHasEnded_ClosesNoCircle()
    {
        using var impatient = new CancellationTokenSource();
        var gaveUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pool.Start("a", [], async (_, _, _) =>
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _pool.GetAsync("b", impatient.Token));
            gaveUp.SetResult();
            await mayEnd.Task;
            return 1;
        });
        impatient.Cancel();
        await gaveUp.Task.Within("a does not wait any more");
        _pool.Start("b", [], async (_, _, _) =>
        {
            var a = _pool.GetAsync("a");
            mayEnd.SetResult();
            return await a + 1;
        });

        Assert.Equal(2, await _pool.GetAsync("b").Within("b"));
    }

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
        {
            return item;
        }

        throw new InvalidOperationException("Nothing came.");
    }

    private static async Task<DependencyNode<string, int>> AskAsync(DependencyBoard<string, int> board, string key, CancellationToken cancellationToken)
    {
        await foreach (var node in board.EachAsync([key], null, null, cancellationToken))
        {
            return node;
        }

        throw new InvalidOperationException("Nothing came.");
    }
}
