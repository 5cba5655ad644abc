namespace Documentation.Tests;

/// <summary>The code blocks about scopes.</summary>
public sealed class ScopeSnippets
{
    [Fact]
    public async Task ScopesSmallest_AddsTwoResults()
    {
        using var console = new CapturedConsole();

        #region scopes-smallest
        await using var pool = new PoolExecutor("pool", threads: 2);

        var sum = await TaskScope.RunAsync(async scope =>
        {
            var left = scope.Start("left", _ => Task.FromResult(20), pool);
            var right = scope.Start("right", _ => Task.FromResult(22), pool);
            return await left + await right;
        });

        Console.WriteLine(sum);
        #endregion

        Assert.Equal(["42"], console.Lines);
    }

    [Fact]
    public async Task ScopesFailFast_CancelsTheSibling()
    {
        using var console = new CapturedConsole();

        #region scopes-fail-fast
        try
        {
            await TaskScope.RunAsync(scope =>
            {
                _ = scope.Start("watch", async cancellationToken =>
                {
                    using var cancelled = cancellationToken.Register(() => Console.WriteLine("watch is cancelled"));
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                });
                _ = scope.Start("load", _ => Task.FromException(new IOException("The disk is gone.")));
                return Task.CompletedTask;
            });
        }
        catch (AggregateException failures)
        {
            Console.WriteLine(failures.InnerExceptions.Single().Message);
        }
        #endregion

        Assert.Equal("The disk is gone.", console.Lines[^1]);
        Assert.All(console.Lines[..^1], line => Assert.Equal("watch is cancelled", line));
    }

    [Fact]
    public async Task ScopesSupervised_LetsTheSiblingEnd()
    {
        using var console = new CapturedConsole();

        #region scopes-supervised
        try
        {
            await TaskScope.RunAsync(
                scope =>
                {
                    _ = scope.Start("first", _ => Task.FromException(new IOException("The disk is gone.")));
                    _ = scope.Start("second", async _ =>
                    {
                        await Task.Yield();
                        Console.WriteLine("second has ended");
                    });
                    return Task.CompletedTask;
                },
                new TaskScopeOptions { FailureMode = TaskScopeFailureMode.Supervised });
        }
        catch (AggregateException failures)
        {
            Console.WriteLine(failures.InnerExceptions.Single().Message);
        }
        #endregion

        Assert.Equal(["second has ended", "The disk is gone."], console.Lines);
    }

    [Fact]
    public async Task ScopesCancel_CarriesTheReason()
    {
        using var console = new CapturedConsole();

        #region scopes-cancel
        try
        {
            await TaskScope.RunAsync(async scope =>
            {
                scope.Cancel("the user closed the window.");
                await Task.Delay(Timeout.Infinite, scope.CancellationToken);
            });
        }
        catch (TaskScopeCanceledException canceled)
        {
            Console.WriteLine(canceled.Message);
        }
        #endregion

        Assert.Equal(["The scope 'scope' was cancelled: the user closed the window."], console.Lines);
    }

    [Fact]
    public async Task ScopesTest_ChildrenHaveEnded()
    {
        using var console = new CapturedConsole();

        #region scopes-test
        await using var executor = new InlineExecutor();
        var release = new TaskCompletionSource();

        var block = TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("child", _ => release.Task, executor);
            return Task.CompletedTask;
        });

        Console.WriteLine($"the block has ended: {block.IsCompleted}");
        release.SetResult();
        await block;
        Console.WriteLine($"the block has ended: {block.IsCompleted}");
        #endregion

        Assert.Equal(["the block has ended: False", "the block has ended: True"], console.Lines);
    }

    [Fact]
    public async Task ScopesTimeout_OnlyTheExpiredBlockThrows()
    {
        using var console = new CapturedConsole();

        #region scopes-timeout
        try
        {
            await TimeoutScope.RunAsync(
                TimeSpan.FromMinutes(1),
                async request =>
                {
                    var answered = await TimeoutScope.TryRunAsync(
                        TimeSpan.FromMilliseconds(1), cache => Task.Delay(Timeout.Infinite, cache.CancellationToken), cancellationToken: request.CancellationToken);
                    Console.WriteLine($"the cache answered: {answered}");
                    request.Reschedule(TimeSpan.FromMilliseconds(1));
                    await Task.Delay(Timeout.Infinite, request.CancellationToken);
                },
                new TimeoutScopeOptions { Name = "request" });
        }
        catch (ScopeTimeoutException timeout)
        {
            Console.WriteLine(timeout.Message);
        }
        #endregion

        Assert.Equal(["the cache answered: False", "The time of 00:00:00.0010000 of 'request' has passed."], console.Lines);
    }

    [Fact]
    public async Task ScopesTimeoutNested_TheInnerBlockSeesTheOuterTimeOnlyThroughItsToken()
    {
        using var console = new CapturedConsole();

        #region scopes-timeout-nested
        var minute = TimeSpan.FromMinutes(1);
        await TimeoutScope.TryRunAsync(TimeSpan.FromMilliseconds(1), async request =>
        {
            await Task.Delay(Timeout.Infinite, request.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TimeoutScope.RunAsync(minute, Report);
            await TimeoutScope.RunAsync(minute, Report, cancellationToken: request.CancellationToken);
        });

        static Task Report(TimeoutScope query)
        {
            Console.WriteLine($"the query is told to end: {query.CancellationToken.IsCancellationRequested}");
            return Task.CompletedTask;
        }
        #endregion

        Assert.Equal(["the query is told to end: False", "the query is told to end: True"], console.Lines);
    }

    [Fact]
    public async Task ScopesRace_TakesTheFirstSuccess()
    {
        using var console = new CapturedConsole();

        #region scopes-race
        var fastest = await Race.RunAsync<string>(
        [
            async cancellationToken =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return "the slow mirror";
            },
            _ => Task.FromException<string>(new IOException("This mirror is gone.")),
            _ => Task.FromResult("the fast mirror"),
        ]);

        Console.WriteLine(fastest);
        #endregion

        Assert.Equal(["the fast mirror"], console.Lines);
    }
}
