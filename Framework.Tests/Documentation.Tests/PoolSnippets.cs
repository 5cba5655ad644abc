namespace Documentation.Tests;

/// <summary>The code blocks about pools.</summary>
public sealed class PoolSnippets
{
    [Fact]
    public async Task PoolsSmallest_WaitsForASlot()
    {
        using var console = new CapturedConsole();

        #region pools-smallest
        await using var pool = new WorkPool(2);

        foreach (var page in new[] { 1, 2, 3 })
        {
            // Waits while two pages are being loaded.
            var load = await pool.SpawnAsync($"page {page}", _ => Task.FromResult($"text of page {page}"));
            load.Link(work => Console.WriteLine($"{work.Name}: {work.State}"));
        }

        await pool.WaitAllAsync();
        #endregion

        Assert.Equal(["page 1: Succeeded", "page 2: Succeeded", "page 3: Succeeded"], console.Lines.Order());
    }

    [Fact]
    public async Task PoolsLaunch_TellsTheSink()
    {
        using var console = new CapturedConsole();

        #region pools-launch
        await using var pool = new WorkPool(new WorkPoolOptions
        {
            Name = "feeds",
            Size = 10,
            OnFailure = failure => Console.WriteLine($"{failure.Pool}/{failure.Work}: {failure.Error.Message}"),
        });

        await pool.LaunchAsync("fetch", _ => throw new IOException("The server is gone."));
        await pool.WaitAllAsync();
        #endregion

        Assert.Equal(["feeds/fetch: The server is gone."], console.Lines);
    }

    [Fact]
    public async Task PoolsPile_KeepsTheOrder()
    {
        using var console = new CapturedConsole();

        #region pools-pile
        await using var pool = new WorkPool(10);
        var pile = new WorkPile<int>(pool);
        foreach (var number in new[] { 3, 1, 2 })
        {
            await pile.SpawnAsync($"square of {number}", _ => Task.FromResult(number * number));
        }

        pile.Complete();
        await foreach (var square in pile)
        {
            Console.WriteLine(square);
        }
        #endregion

        Assert.Equal(["9", "1", "4"], console.Lines);
    }

    [Fact]
    public async Task PoolsMap_KeepsTheOrder()
    {
        using var console = new CapturedConsole();

        #region pools-map
        string[] hosts = ["a.example", "b.example", "c.example"];
        var sizes = hosts.MapOutcomesAsync(
            async (host, cancellationToken) =>
            {
                await Task.Yield();
                return host == "b.example" ? throw new IOException("no answer") : host.Length;
            },
            new MapOptions { Limit = 2 });
        await foreach (var size in sizes)
        {
            Console.WriteLine(size.IsSuccess ? $"{size.Result}" : size.Error.Message);
        }
        #endregion

        Assert.Equal(["9", "no answer", "9"], console.Lines);
    }

    [Fact]
    public async Task PoolsStop_SaysWhy()
    {
        using var console = new CapturedConsole();

        #region pools-stop
        await using var pool = new WorkPool(1);
        var started = new TaskCompletionSource();
        var work = await pool.SpawnAsync("watch", token =>
        {
            started.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        await started.Task;

        await work.StopAsync("nobody looks any more.");
        Console.WriteLine($"{work.State}: {work.Reason}");
        #endregion

        Assert.Equal(["Cancelled: nobody looks any more."], console.Lines);
    }

    [Fact]
    public async Task PoolsTest_HoldsTheSlot()
    {
        using var console = new CapturedConsole();

        #region pools-test
        await using var pool = new WorkPool(1);
        var release = new TaskCompletionSource();
        await pool.SpawnAsync("holder", _ => release.Task);

        var next = pool.SpawnAsync("next", _ => Task.CompletedTask).AsTask();
        Console.WriteLine($"waiting: {pool.Waiting}, spawned: {next.IsCompleted}");
        release.SetResult();
        await next;
        Console.WriteLine($"waiting: {pool.Waiting}");
        #endregion

        Assert.Equal(["waiting: 1, spawned: False", "waiting: 0"], console.Lines);
    }
}
