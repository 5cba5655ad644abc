namespace Documentation.Tests;

/// <summary>The code blocks about channels.</summary>
public sealed class ChannelSnippets
{
    [Fact]
    public async Task ChannelsSmallest_PrintsEveryItemInOrder()
    {
        using var console = new CapturedConsole();

        #region channels-smallest
        var channel = BoundedChannel.Create<string>(capacity: 8);

        await channel.Writer.WriteAsync("first");
        await channel.Writer.WriteAsync("second");
        channel.Writer.Complete();

        await foreach (var item in channel.Reader.ReadAllAsync())
        {
            Console.WriteLine(item);
        }
        #endregion

        Assert.Equal(["first", "second"], console.Lines);
    }

    [Fact]
    public async Task ChannelsDrop_TellsWhatWasLost()
    {
        using var console = new CapturedConsole();

        #region channels-drop
        var policy = new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.DropOldest, Name = "readings" };
        var readings = BoundedChannel.Create<int>(policy, (item, cause) => Console.WriteLine($"lost {item}: {cause}"));

        for (var reading = 1; reading <= 3; reading++)
        {
            await readings.Writer.WriteAsync(reading);
        }

        var statistics = readings.Statistics;
        Console.WriteLine($"{statistics.Written} written, {statistics.Dropped} dropped, {statistics.Depth} inside");
        #endregion

        Assert.Equal(["lost 1: Oldest", "3 written, 1 dropped, 2 inside"], console.Lines);
    }

    [Fact]
    public async Task ChannelsReject_RefusesTheSecondWrite()
    {
        using var console = new CapturedConsole();

        #region channels-reject
        var jobs = BoundedChannel.Create<string>(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.Reject });
        await jobs.Writer.WriteAsync("first");

        try
        {
            await jobs.Writer.WriteAsync("second");
        }
        catch (ChannelFullException)
        {
            Console.WriteLine($"refused; {jobs.Statistics.Rejected} so far");
        }
        #endregion

        Assert.Equal(["refused; 1 so far"], console.Lines);
    }

    [Fact]
    public async Task ChannelsConflate_KeepsTheLatestOfEachKey()
    {
        using var console = new CapturedConsole();

        #region channels-conflate
        var latest = BoundedChannel.CreateConflating<(string City, int Degrees), string>(16, reading => reading.City);

        await latest.Writer.WriteAsync(("Oslo", 3));
        await latest.Writer.WriteAsync(("Rome", 21));
        await latest.Writer.WriteAsync(("Oslo", 4));
        latest.Writer.Complete();

        await foreach (var (city, degrees) in latest.Reader.ReadAllAsync())
        {
            Console.WriteLine($"{city}: {degrees}");
        }
        #endregion

        Assert.Equal(["Oslo: 4", "Rome: 21"], console.Lines);
    }

    [Fact]
    public async Task ChannelsSelect_TakesAlarmsFirst()
    {
        using var console = new CapturedConsole();

        #region channels-select
        var orders = BoundedChannel.Create<string>(8);
        var alarms = BoundedChannel.Create<int>(8);
        var next = new Select<string>(SelectOrder.Prioritised)
            .On(alarms.Reader, code => $"alarm {code}")
            .On(orders.Reader, order => $"order of {order}")
            .OnTimeout(TimeSpan.FromMinutes(1), () => "nothing came for a minute");

        await orders.Writer.WriteAsync("tea");
        await alarms.Writer.WriteAsync(7);

        Console.WriteLine(await next.TakeAsync());
        Console.WriteLine(await next.TakeAsync());
        #endregion

        Assert.Equal(["alarm 7", "order of tea"], console.Lines);
    }

    [Fact]
    public async Task ChannelsBatch_TakesWhatIsThere()
    {
        using var console = new CapturedConsole();

        #region channels-batch
        var rows = BoundedChannel.Create<int>(1024);
        for (var row = 0; row < 100; row++)
        {
            await rows.Writer.WriteAsync(row);
        }

        var buffer = new int[64];
        var first = await rows.Reader.ReadBatchAsync(buffer, maxWait: TimeSpan.Zero);
        var second = await rows.Reader.ReadBatchAsync(buffer, maxWait: TimeSpan.Zero);
        Console.WriteLine($"{first}, then {second}");
        #endregion

        Assert.Equal(["64, then 36"], console.Lines);
    }

    [Fact]
    public async Task ChannelsTest_ShowsThatACancelledReadTookNothing()
    {
        using var console = new CapturedConsole();

        #region channels-test
        var channel = BoundedChannel.Create<string>(8);
        using var cancellation = new CancellationTokenSource();

        var read = channel.Reader.ReadAsync(cancellation.Token).AsTask();
        Console.WriteLine($"{channel.Statistics.WaitingReaders} waits");
        await cancellation.CancelAsync();
        await channel.Writer.WriteAsync("kept");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Console.WriteLine(await channel.Reader.ReadAsync());
        #endregion

        Assert.Equal(["1 waits", "kept"], console.Lines);
    }
}
