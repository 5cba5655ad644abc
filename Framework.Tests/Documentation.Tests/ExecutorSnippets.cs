namespace Documentation.Tests;

/// <summary>The code blocks about executors.</summary>
public sealed class ExecutorSnippets
{
    [Fact]
    public async Task ExecutorsSmallest_NeedsNoLock()
    {
        using var console = new CapturedConsole();

        #region executors-smallest
        await using var loop = new CooperativeExecutor("loop");
        var sum = 0;

        await Task.WhenAll(Enumerable.Range(1, 3).Select(number => loop.RunAsync(async _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                sum += number;
                await Executor.Yield();
            }
        })));

        Console.WriteLine($"{sum}, without a lock");
        #endregion

        Assert.Equal(["6000, without a lock"], console.Lines);
    }

    [Fact]
    public void ExecutorsMain_RunsOnTheCallersThread()
    {
        using var console = new CapturedConsole();

        #region executors-main
        var caller = Environment.CurrentManagedThreadId;

        CooperativeExecutor.Run(async cancellationToken =>
        {
            await Task.Yield();
            Console.WriteLine($"on the caller's thread: {Environment.CurrentManagedThreadId == caller}");
        });
        #endregion

        Assert.Equal(["on the caller's thread: True"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsSpec_MakesEachKind()
    {
        using var console = new CapturedConsole();

        #region executors-spec
        foreach (var text in new[] { "cooperative", "thread", "pool:2..16,queue=256,reject", "inline" })
        {
            await using var executor = ExecutorSpec.Parse(text).Create("worker");
            Console.WriteLine(executor);
        }
        #endregion

        Assert.Equal(
            ["Cooperative executor 'worker'", "DedicatedThread executor 'worker'", "Pool executor 'worker'", "Inline executor 'worker'"],
            console.Lines);
    }

    [Fact]
    public async Task ExecutorsRegistry_SharesByNameAndMakesBySpec()
    {
        using var console = new CapturedConsole();

        #region executors-registry
        await using var registry = new ExecutorRegistry();
        registry.Define("io", ExecutorSpec.Parse("cooperative"));

        var orders = registry.Resolve("orders", "io");
        var alarms = registry.Resolve("alarms", "io");
        var images = registry.Resolve("images", "pool:2");

        Console.WriteLine($"shared: {ReferenceEquals(orders, alarms)}");
        Console.WriteLine(images);
        #endregion

        Assert.Equal(["shared: True", "Pool executor 'images'"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsBlocking_NamesTheCall()
    {
        using var console = new CapturedConsole();

        #region executors-blocking
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", OnBlocking = OnBlocking.Throw });
        var answer = new TaskCompletionSource<int>();

        try
        {
            await loop.InvokeAsync(() => answer.Task.Result);
        }
        catch (BlockingWaitException refused)
        {
            Console.WriteLine($"{refused.Report!.Operation} was refused on '{refused.Report.Executor.Name}'");
        }
        #endregion

        Assert.Equal(["Task.Result was refused on 'loop'"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsReject_RefusesTheThirdPieceOfWork()
    {
        using var console = new CapturedConsole();

        #region executors-reject
        await using var pool = ExecutorSpec.Parse("pool:1,queue=1,reject").Create("pool");
        using var open = new ManualResetEventSlim();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var running = pool.InvokeAsync(() =>
        {
            started.SetResult();
            open.Wait();
        });
        await started.Task;
        var queued = pool.InvokeAsync(() => { });

        try
        {
            await pool.InvokeAsync(() => { });
        }
        catch (ExecutorRejectedException)
        {
            Console.WriteLine($"refused; {pool.Statistics.Rejected} so far");
        }

        open.Set();
        await Task.WhenAll(running, queued);
        #endregion

        Assert.Equal(["refused; 1 so far"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsTest_RunsInTheCaller()
    {
        using var console = new CapturedConsole();

        #region executors-test
        await using var executor = new InlineExecutor();
        var steps = new List<string>();

        executor.Post(_ => steps.Add("posted"), null);
        steps.Add("behind the post");

        Console.WriteLine(string.Join(", ", steps));
        #endregion

        Assert.Equal(["posted, behind the post"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsDelayed_RunsLaterOrNotAtAll()
    {
        using var console = new CapturedConsole();

        #region executors-delayed
        await using var loop = new CooperativeExecutor("loop");

        var answer = loop.InvokeAfterAsync(TimeSpan.FromMilliseconds(5), () => "five milliseconds later");
        var reminder = loop.PostAfter(TimeSpan.FromHours(1), () => Console.WriteLine("reminded"));

        Console.WriteLine(await answer);
        Console.WriteLine($"called off: {reminder.Cancel()}, {reminder.State}");
        #endregion

        Assert.Equal(["five milliseconds later", "called off: True, Cancelled"], console.Lines);
    }

    [Fact]
    public async Task ExecutorsResize_AdmitsWhatWaits()
    {
        using var console = new CapturedConsole();

        #region executors-resize
        await using var pool = new PoolExecutor("work", threads: 1);
        using var open = new ManualResetEventSlim();

        // Neither ends before both run.
        var both = Task.WhenAll(pool.InvokeAsync(open.Wait), pool.InvokeAsync(open.Set));
        pool.Resize(minimumThreads: 1, maximumThreads: 2);
        await both;

        Console.WriteLine($"at most {pool.MaximumThreads} threads, {pool.Statistics.ThreadsHighWater} were needed");
        #endregion

        Assert.Equal(["at most 2 threads, 2 were needed"], console.Lines);
    }

    [Fact]
    public void ExecutorsRunner_KeepsTheLoop()
    {
        using var console = new CapturedConsole();

        #region executors-runner
        var user = new AsyncLocal<string?>();
        using var runner = new Runner();

        runner.Run(async cancellationToken =>
        {
            user.Value = "set in the first run";
            await Task.Yield();
        });
        runner.Run(async cancellationToken =>
        {
            await Task.Yield();
            Console.WriteLine(user.Value);
        });
        #endregion

        Assert.Equal(["set in the first run"], console.Lines);
    }
}
