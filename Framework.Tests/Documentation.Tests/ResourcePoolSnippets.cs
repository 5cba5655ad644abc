namespace Documentation.Tests;

/// <summary>The code blocks about resource pools and dependency pools.</summary>
public sealed class ResourcePoolSnippets
{
    [Fact]
    public async Task PoolsSmallest_ReusesTheConnection()
    {
        using var console = new CapturedConsole();

        #region resources-smallest
        var opened = 0;
        await using var pool = new ResourcePool<string>(new ResourcePoolOptions<string>
        {
            Name = "db",
            MaximumSize = 2,
            Factory = cancellationToken => ValueTask.FromResult($"connection {++opened}"),
            IdleTimeout = TimeSpan.FromSeconds(30),
        });

        for (var query = 1; query <= 2; query++)
        {
            await using var lease = await pool.AcquireAsync();
            Console.WriteLine($"query {query} on {lease.Value}");
        }
        #endregion

        Assert.Equal(["query 1 on connection 1", "query 2 on connection 1"], console.Lines);
    }

    [Fact]
    public async Task PoolsDiscard_MakesANewOne()
    {
        using var console = new CapturedConsole();

        #region pools-discard
        var opened = 0;
        await using var pool = new ResourcePool<int>(new ResourcePoolOptions<int>
        {
            MaximumSize = 1,
            Factory = _ => ValueTask.FromResult(++opened),
            Close = item =>
            {
                Console.WriteLine($"closed {item}");
                return default;
            },
        });

        await using (var lease = await pool.AcquireAsync())
        {
            lease.Discard();
        }

        await using var fresh = await pool.AcquireAsync(TimeSpan.FromSeconds(5));
        Console.WriteLine($"got {fresh.Value}, free: {pool.Free}");
        #endregion

        Assert.Equal(["closed 1", "got 2, free: 0"], console.Lines);
    }

    [Fact]
    public async Task PoolsDependencies_FlowFromKeyToKey()
    {
        using var console = new CapturedConsole();

        #region resources-dependencies
        await using var build = new DependencyPool<string, int>();

        build.Start("report", ["users", "orders"], async (key, results, cancellationToken) =>
        {
            var sum = 0;
            await foreach (var (name, count) in results)
            {
                sum += count;
            }

            return sum;
        });
        build.Start("orders", ["users"], async (key, results, cancellationToken) => (await results.AllAsync())["users"] * 10);
        build.Post("users", 3);

        Console.WriteLine(await build.GetAsync("report"));
        #endregion

        Assert.Equal(["33"], console.Lines);
    }

    [Fact]
    public async Task PoolsFailure_NamesTheWayToTheCause()
    {
        using var console = new CapturedConsole();

        #region pools-failure
        await using var build = new DependencyPool<string, int>();
        build.Start("report", ["orders"], async (key, results, cancellationToken) => (await results.AllAsync()).Count);
        build.Complete();

        try
        {
            await build.GetAsync("report");
        }
        catch (DependencyFailedException failure)
        {
            Console.WriteLine(string.Join(" <- ", failure.Keys));
        }
        #endregion

        Assert.Equal(["report <- orders"], console.Lines);
    }

    [Fact]
    public async Task PoolsTest_LooksBetweenTwoSteps()
    {
        using var console = new CapturedConsole();

        #region resources-test
        await using var pool = new ResourcePool<string>(new ResourcePoolOptions<string>
        {
            MaximumSize = 1,
            Factory = _ => ValueTask.FromResult("the only one"),
        });
        var first = await pool.AcquireAsync();
        var second = pool.AcquireAsync().AsTask();
        Console.WriteLine($"waiting: {pool.Waiting}");

        await first.DisposeAsync();
        await using var lease = await second;
        Console.WriteLine($"waiting: {pool.Waiting}, idle: {pool.Idle}");
        #endregion

        Assert.Equal(["waiting: 1", "waiting: 0, idle: 0"], console.Lines);
    }

    [Fact]
    public async Task CoordinationTimeout_TakesNothing()
    {
        using var console = new CapturedConsole();

        #region coordination-timeout
        var locks = new NamedLocks(new NamedLocksOptions { SlowHold = TimeSpan.FromSeconds(10) });
        using var held = await locks.LockAsync("disk");

        using var key = await locks.TryLockAsync("disk", TimeSpan.Zero);
        Console.WriteLine(key is null ? "busy" : "mine");

        try
        {
            using var other = await locks.LockAsync("disk", TimeSpan.Zero);
        }
        catch (LockNotAcquiredException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.Equal(["busy", "The lock 'disk' was not free within 00:00:00. Look at who holds it, or wait longer."], console.Lines);
    }
}
