using System.Net;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

public sealed class HttpSourceOverloadTests
{
    [Fact]
    public async Task Full_Reject_Answers503WithRetryAfterAndCountsADrop()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { Capacity = 1, RetryAfter = TimeSpan.FromSeconds(6.2) });
        var accepted = http.Client.GetAsync("/1");
        await http.FilledAsync();

        using var rejected = await http.Client.GetAsync("/2").Within("rejected");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, rejected.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), rejected.Headers.RetryAfter!.Delta);
        Assert.Equal("The server is busy. Try again in 7 s.\n", await rejected.Content.ReadAsStringAsync());
        http.Serve(e => e.RespondAsync(200).AsTask());
        Assert.Equal(HttpStatusCode.OK, (await accepted.Within("accepted")).StatusCode);
        await http.Source.StopAsync().Within("stopping");
        await http.ServedToTheEnd();
        var statistics = http.Source.Statistics;
        Assert.Equal((2L, 2L, 1L, 0L), (statistics.Observed, statistics.Published, statistics.Dropped, statistics.Undelivered));
        Assert.Equal(1, http.Source.HttpStatistics.Rejected);
    }

    [Fact]
    public async Task EV70_64ConnectionsOnCapacity4_GetOnly200And503()
    {
        const int Connections = 64;
        const int Each = 40;
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { Capacity = 4 });
        http.Serve(e => e.RespondAsync(200, "ok").AsTask());

        var statuses = (await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            var connection = await http.ConnectAsync();
            var seen = new List<string>();
            for (var i = 0; i < Each; i++)
            {
                await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
                seen.Add((await connection.ReadResponseAsync())[9..12]);
            }

            return seen;
        })).Within("all connections")).SelectMany(seen => seen).ToList();

        Assert.All(statuses, status => Assert.True(status is "200" or "503", status));
        Assert.Contains("200", statuses);
        await http.Source.StopAsync().Within("stopping");
        await http.ServedToTheEnd();
        var (events, ended) = (http.Source.Statistics, http.Source.HttpStatistics);
        Assert.Equal(Connections * Each, events.Observed);
        Assert.Equal(statuses.Count(status => status == "503"), events.Dropped);
        Assert.Equal(statuses.Count(status => status == "200"), ended.Successes);
        Assert.Equal((Connections * Each, 0L, 0L), (ended.Answered, ended.InFlight, ended.ClientGone));
    }

    [Fact]
    public async Task Full_Pipelined_AnswersInOrderOnOneConnection()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { Capacity = 1 });
        http.Serve(e => e.RespondAsync(200, e.Path).AsTask());
        var connection = await http.ConnectAsync();

        await connection.SendAsync(string.Concat(Enumerable.Range(0, 64).Select(i => $"GET /{i} HTTP/1.1\nHost: a\n\n")));

        for (var i = 0; i < 64; i++)
        {
            Assert.EndsWith($"\r\n\r\n/{i}", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Full_Wait_HoldsTheRequestUntilThereIsRoom()
    {
        await using var http = await HttpFixture.StartAsync(
            new HttpSourceOptions { Capacity = 1, FullMode = ChannelFullMode.Wait, FullWaitLimit = TimeSpan.FromHours(1) });
        var responses = Enumerable.Range(0, 8).Select(i => http.Client.GetAsync($"/{i}")).ToList();
        await http.FilledAsync();

        http.Serve(e => e.RespondAsync(200).AsTask());

        Assert.All(await Task.WhenAll(responses).Within("responses"), r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));
        Assert.Equal((8L, 0L), (http.Source.Statistics.Published, http.Source.Statistics.Dropped));
    }

    [Fact]
    public async Task Full_WaitBeyondTheLimit_Answers503()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions
        {
            Capacity = 1,
            FullMode = ChannelFullMode.Wait,
            FullWaitLimit = TimeSpan.FromSeconds(3),
            TimeProvider = clock,
        });
        var first = http.Client.GetAsync("/first");
        await http.FilledAsync();
        var second = http.Client.GetAsync("/second");
        await clock.TimersSetAsync(1).Within("the second request waiting");

        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await second.Within("second")).StatusCode);
        http.Serve(e => e.RespondAsync(200).AsTask());
        Assert.Equal(HttpStatusCode.OK, (await first.Within("first")).StatusCode);
        Assert.Equal((2L, 1L), (http.Source.Statistics.Published, http.Source.Statistics.Dropped));
    }

    [Fact]
    public async Task Full_WaitWhileStopping_Answers503()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions
        {
            Capacity = 1,
            FullMode = ChannelFullMode.Wait,
            FullWaitLimit = TimeSpan.FromSeconds(3),
            TimeProvider = clock,
        });
        var first = http.Client.GetAsync("/first");
        await http.FilledAsync();
        var second = http.Client.GetAsync("/second");
        await clock.TimersSetAsync(1).Within("the second request waiting");

        await http.Source.StopAsync().Within("stopping");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await second.Within("second")).StatusCode);
        http.Serve(e => e.RespondAsync(200).AsTask());
        Assert.Equal(HttpStatusCode.OK, (await first.Within("first")).StatusCode);
    }

    [Fact]
    public async Task Deadline_HandlerTooSlow_Answers504AndTellsTheHandler()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(
            new HttpSourceOptions { RequestDeadline = TimeSpan.FromSeconds(10), TimeProvider = clock });
        var response = http.Client.GetAsync("/slow");
        var exchange = await http.NextAsync();
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = exchange.Aborted.Register(aborted.SetResult);

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await response.Within("response")).StatusCode);
        await aborted.Task.Within("Aborted");
        Assert.True(exchange.IsAnswered);
        Assert.Equal("/slow", exchange.Path);
        Assert.False(exchange.Headers.ContainsKey("Nothing"), "The request stays readable until the handler lets go of it.");
        Assert.False(await exchange.RespondAsync(200, "too late"));
        Assert.False(await exchange.RespondAsync(200, "still too late"));
        await exchange.DisposeAsync().Within("disposing");
        Assert.Equal(1, http.Source.HttpStatistics.DeadlineExceeded);
        Assert.Equal(1, http.Source.HttpStatistics.ServerErrors);
    }

    [Fact]
    public async Task Deadline_AnsweredInTime_NeverFires()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(
            new HttpSourceOptions { RequestDeadline = TimeSpan.FromSeconds(10), TimeProvider = clock });
        http.Serve(e => e.RespondAsync(200).AsTask());

        using var response = await http.Client.GetAsync("/").Within("response");
        clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, http.Source.HttpStatistics.DeadlineExceeded);
    }

    [Fact]
    public async Task Deadline_WhileTheHandlerHoldsTheContext_OnlyTellsIt()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(
            new HttpSourceOptions { RequestDeadline = TimeSpan.FromSeconds(10), TimeProvider = clock });
        var response = http.Client.GetStringAsync("/");
        var exchange = await http.NextAsync();
        var context = exchange.HttpContext;
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = exchange.Aborted.Register(aborted.SetResult);

        clock.Advance(TimeSpan.FromSeconds(10));
        await aborted.Task.Within("Aborted");
        await context.Response.Body.WriteAsync("finished after all"u8.ToArray());
        Assert.True(await exchange.CompleteAsync());

        Assert.Equal("finished after all", await response.Within("response"));
    }

    [Fact]
    public async Task ClientGone_WhileTheHandlerWorks_CancelsAborted()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        var exchange = await http.NextAsync();
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = exchange.Aborted.Register(aborted.SetResult);

        connection.Dispose();

        await aborted.Task.Within("Aborted");
        Assert.False(await exchange.RespondAsync(200, "nobody hears"));
        await exchange.DisposeAsync().Within("disposing");
        Assert.Equal(1, http.Source.HttpStatistics.ClientGone);
        Assert.Equal(0, http.Source.HttpStatistics.Unanswered);
    }

    [Fact]
    public async Task EV79b_ClientGoneAndHandlerGivesUp_IsNoMissingAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        http.Serve(e =>
        {
            var aborted = e.Aborted;
            working.SetResult();
            return Task.Delay(Timeout.Infinite, aborted);
        });
        var connection = await http.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        await working.Task.Within("the handler working");

        connection.Dispose();
        await http.Source.StopAsync().Within("stopping");
        await http.ServedToTheEnd();

        Assert.Equal((1L, 0L), (http.Source.HttpStatistics.ClientGone, http.Source.HttpStatistics.Unanswered));
    }
}
