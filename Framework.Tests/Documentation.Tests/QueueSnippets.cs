namespace Documentation.Tests;

/// <summary>The code blocks about queues, priorities, broadcast and watch.</summary>
public sealed class QueueSnippets
{
    [Fact]
    public async Task QueuesSmallest_JoinWaitsForTheWork()
    {
        using var console = new CapturedConsole();

        #region queues-smallest
        var queue = new WorkQueue<string>(capacity: 8);
        var worker = Task.Run(async () =>
        {
            await foreach (var job in queue.Reader.ReadAllAsync())
            {
                Console.WriteLine($"did {job}");
                queue.MarkDone();
            }
        });

        await queue.PutAsync("first");
        await queue.PutAsync("second");
        await queue.JoinAsync();
        Console.WriteLine("all done");

        queue.Shutdown();
        await worker;
        #endregion

        Assert.Equal(["did first", "did second", "all done"], console.Lines);
    }

    [Fact]
    public async Task QueuesShutdown_GivesUpWhatIsLeft()
    {
        using var console = new CapturedConsole();

        #region queues-shutdown
        var queue = new WorkQueue<string>(capacity: 8, (job, _) => Console.WriteLine($"gave up {job}"));
        await queue.PutAsync("first");
        await queue.PutAsync("second");

        queue.Shutdown();
        try
        {
            await queue.PutAsync("third");
        }
        catch (QueueShutDownException)
        {
            Console.WriteLine("refused");
        }

        Console.WriteLine(await queue.GetAsync());
        queue.MarkDone();
        queue.Shutdown(immediate: true);
        await queue.JoinAsync();
        #endregion

        Assert.Equal(["refused", "first", "gave up second"], console.Lines);
    }

    [Fact]
    public async Task QueuesPriority_LowestFirst()
    {
        using var console = new CapturedConsole();

        #region queues-priority
        var policy = new BoundedChannelPolicy(64) { OvertakeLimit = 100 };
        var jobs = new WorkQueue<(int Priority, string Name)>(
            BoundedChannel.CreatePrioritized<(int Priority, string Name), int>(policy, job => job.Priority));

        await jobs.PutAsync((5, "tidy up"));
        await jobs.PutAsync((1, "put the fire out"));
        Console.WriteLine((await jobs.GetAsync()).Name);
        #endregion

        Assert.Equal(["put the fire out"], console.Lines);
    }

    [Fact]
    public async Task QueuesResize_AdmitsAWaitingWriter()
    {
        using var console = new CapturedConsole();

        #region queues-resize
        var channel = BoundedChannel.Create<int>(1);
        await channel.Writer.WriteAsync(1);
        var second = channel.Writer.WriteAsync(2);

        channel.Resize(2);
        await second;
        Console.WriteLine($"{channel.Reader.Count} of {channel.Capacity}");
        #endregion

        Assert.Equal(["2 of 2"], console.Lines);
    }

    [Fact]
    public async Task QueuesBroadcast_EachSubscriberByItsOwnPolicy()
    {
        using var console = new CapturedConsole();

        #region queues-broadcast
        var prices = BroadcastChannel.Create<int>();
        using var archive = prices.Subscribe(new BoundedChannelPolicy(1000) { FullMode = ChannelFullMode.DropWrite, Name = "archive" });
        using var display = prices.Subscribe(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest });

        await prices.Writer.WriteAsync(10);
        await prices.Writer.WriteAsync(12);
        prices.Writer.Complete();

        Console.WriteLine($"display: {await display.Reader.ReadAsync()}, missed {display.Statistics.Dropped}");
        await foreach (var price in archive.Reader.ReadAllAsync())
        {
            Console.WriteLine($"archive: {price}");
        }
        #endregion

        Assert.Equal(["display: 12, missed 1", "archive: 10", "archive: 12"], console.Lines);
    }

    [Fact]
    public async Task QueuesWatch_SeesTheNewest()
    {
        using var console = new CapturedConsole();

        #region queues-watch
        var level = new WatchChannel<string>("info");
        using var watcher = level.Subscribe();

        await level.Writer.WriteAsync("debug");
        await level.Writer.WriteAsync("trace");
        Console.WriteLine(await watcher.WaitForChangeAsync());
        Console.WriteLine(level.Value);
        #endregion

        Assert.Equal(["trace", "trace"], console.Lines);
    }
}
