using System.Net;
using System.Runtime.InteropServices;
using Concurrency.TestSupport;

namespace Documentation.Tests;

/// <summary>The code blocks about sources.</summary>
public sealed class SourceSnippets
{
    [Fact]
    public async Task SourcesSmallest_ReadsItsOwnDatagram()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["5 bytes came"], console.Lines);

        static async Task Program()
        {
            #region sources-smallest
            await using var loop = new CooperativeExecutor("loop");
            await using var source = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));
            await source.StartAsync(loop);

            await source.SendToAsync("hello"u8.ToArray(), source.LocalEndPoint!);

            using var datagram = await source.Events.ReadAsync();
            Console.WriteLine($"{datagram.Payload.Length} bytes came");
            #endregion
        }
    }

    [LinuxFact]
    public async Task SourcesFiles_SeesTheReplacement()
    {
        using var console = new CapturedConsole();
        var directory = Directory.CreateTempSubdirectory("concurrency-docs-");
        try
        {
            await Program(directory.FullName).Within("the program");
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        Assert.Equal(["app.conf: Modified"], console.Lines);

        static async Task Program(string directory)
        {
            #region sources-files
            var settings = Path.Combine(directory, "app.conf");
            File.WriteAllText(settings, "colour = red");

            await using var loop = new CooperativeExecutor("loop");
            await using var source = new FileWatchSource(settings);
            await source.StartAsync(loop);

            // As editors and deployment tools do: write beside it, then rename over it.
            File.WriteAllText(settings + ".new", "colour = blue");
            File.Move(settings + ".new", settings, overwrite: true);

            var change = await source.Events.ReadAsync();
            Console.WriteLine($"{Path.GetFileName(change.Path)}: {change.Kind}");
            #endregion
        }
    }

    [Fact]
    public async Task SourcesHttp_AnswersARequest()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["Hello."], console.Lines);

        static async Task Program()
        {
            #region sources-http
            await using var loop = new CooperativeExecutor("loop");
            var source = new HttpSource();
            await using var component = new Component<HttpExchange>(
                "http", source, loop, async (exchange, _) => await exchange.RespondAsync(200, "Hello."));
            await component.StartAsync();

            using var client = new HttpClient();
            Console.WriteLine(await client.GetStringAsync($"http://{source.Endpoints[0]}/"));
            #endregion
        }
    }

    [Fact]
    public async Task SourcesFull_AnswersTheSecondRequestAtOnce()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["second: 503, Retry-After: 1", "first: 200"], console.Lines);

        static async Task Program()
        {
            #region sources-full
            await using var loop = new CooperativeExecutor("loop");
            await using var source = new HttpSource(new HttpSourceOptions { Capacity = 1 });
            await source.StartAsync(loop);
            using var client = new HttpClient { BaseAddress = new Uri($"http://{source.Endpoints[0]}/") };

            var first = client.GetAsync("first");
            await source.Events.WaitToReadAsync(); // it is inside, and nobody takes it

            using var second = await client.GetAsync("second");
            Console.WriteLine($"second: {(int)second.StatusCode}, Retry-After: {second.Headers.RetryAfter}");

            await using var exchange = await source.Events.ReadAsync();
            await exchange.RespondAsync(200);
            Console.WriteLine($"first: {(int)(await first).StatusCode}");
            #endregion
        }
    }

    [Fact]
    public void SourcesRefused_SaysWhy()
    {
        using var console = new CapturedConsole();

        #region sources-refused
        try
        {
            _ = new SignalSource((PosixSignal)34);
        }
        catch (ArgumentException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.StartsWith("The signal SIGRTMIN (34) cannot be taken: the .NET runtime uses it", Assert.Single(console.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SourcesTest_TicksOnAClockThatTheTestMoves()
    {
        using var console = new CapturedConsole();

        #region sources-test
        var clock = new ManualClock();
        await using var executor = new InlineExecutor(new ExecutorOptions { TimeProvider = clock });
        await using var source = new TimerSource(TimeSpan.FromHours(1));
        await source.StartAsync(executor);

        clock.Advance(TimeSpan.FromHours(3));

        var tick = await source.Events.ReadAsync();
        Console.WriteLine($"tick {tick.Number} stands for {tick.Count}");
        #endregion

        Assert.Equal(["tick 3 stands for 3"], console.Lines);
    }
}
