using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

public sealed record Greeting(string Name, int Times);

[JsonSerializable(typeof(Greeting))]
internal sealed partial class GreetingJson : JsonSerializerContext;

public sealed class HttpExchangeTests
{
    [Fact]
    public async Task Request_WithEverything_ReachesTheHandler()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.PostAsync("/a%20b/c?x=1&x=2&y=z%20w", new StringContent("payload"));

        var exchange = await http.NextAsync();

        Assert.Equal("POST", exchange.Method);
        Assert.Equal("/a b/c", exchange.Path);
        Assert.Equal("?x=1&x=2&y=z%20w", exchange.QueryString);
        Assert.Equal("1,2", exchange.Query["x"].ToString());
        Assert.Equal("z w", exchange.Query["y"]);
        Assert.Equal(http.EndPoint.ToString(), exchange.Headers.Host);
        Assert.Equal(IPAddress.Loopback, exchange.RemoteEndPoint!.Address);
        Assert.Equal("payload", Encoding.UTF8.GetString(await exchange.ReadBodyAsync().Within("reading")));
        Assert.False(exchange.IsAnswered);
        Assert.True(await exchange.RespondAsync(200));
        Assert.True(exchange.IsAnswered);
        Assert.Equal(HttpStatusCode.OK, (await response.Within("response")).StatusCode);
    }

    [Fact]
    public async Task RespondAsync_WithText_SendsItAsUtf8WithItsLength()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e => Assert.True(await e.RespondAsync(201, "größer")));

        using var response = await http.Client.GetAsync("/").Within("response");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(8, response.Content.Headers.ContentLength);
        Assert.Equal("größer", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task RespondAsync_WithJson_NeedsNoReflection()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e =>
        {
            var greeting = await e.ReadJsonAsync(GreetingJson.Default.Greeting);
            await e.RespondAsync(200, greeting! with { Times = greeting.Times + 1 }, GreetingJson.Default.Greeting);
        });

        using var response = await http.Client.PostAsync("/", new StringContent("""{"Name":"you","Times":2}""")).Within("response");

        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("""{"Name":"you","Times":3}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task RespondAsync_WithHeaders_SendsThem()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e =>
        {
            e.ResponseHeaders.WWWAuthenticate = "Basic realm=\"test\"";
            await e.RespondAsync(401);
        });

        using var response = await http.Client.GetAsync("/").Within("response");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic realm=\"test\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task RespondAsync_Twice_NamesTheFirstAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/twice");
        var exchange = await http.NextAsync();
        await exchange.RespondAsync(202, "first").Within("answering");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => exchange.RespondAsync(200, "second").AsTask());

        Assert.Contains("GET /twice was already answered with status 202", error.Message, StringComparison.Ordinal);
        Assert.Equal("first", await (await response.Within("response")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task RespondAsync_FromTwoTasksAtOnce_LetsExactlyOneAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        for (var round = 0; round < 50; round++)
        {
            var response = http.Client.GetAsync("/");
            var exchange = await http.NextAsync();
            using var start = new ManualResetEventSlim();

            var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => TestThreads.OnOtherThread(async () =>
            {
                start.Wait();
                try
                {
                    return await exchange.RespondAsync(200, $"{i}");
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            })).Append(TestThreads.OnOtherThread(() =>
            {
                start.Set();
                return Task.FromResult(false);
            }))).Within("answering");

            Assert.Single(answers, won => won);
            Assert.Equal(HttpStatusCode.OK, (await response.Within("response")).StatusCode);
        }
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    public async Task RespondAsync_BodyWithAStatusThatHasNone_IsRefusedAndMayBeRepeated(int status)
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/");
        var exchange = await http.NextAsync();

        var error = await Assert.ThrowsAsync<ArgumentException>(() => exchange.RespondAsync(status, "four").AsTask());
        await exchange.RespondAsync(status).Within("answering");

        Assert.Contains($"{status} has no body and was given 4 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(status, (int)(await response.Within("response")).StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(199)]
    [InlineData(600)]
    public async Task RespondAsync_StatusThatIsNoAnswer_IsRefused(int status)
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/");
        var exchange = await http.NextAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => exchange.RespondAsync(status).AsTask());

        await exchange.RespondAsync(200).Within("answering");
        await response.Within("response");
    }

    [Fact]
    public async Task RespondAsync_WithAHeaderThatHttpForbids_GivesTheHandlerTheErrorAndTheClient500()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/");
        var exchange = await http.NextAsync();
        exchange.ResponseHeaders["X-Bad"] = "a\r\nb";

        await Assert.ThrowsAnyAsync<Exception>(() => exchange.RespondAsync(200, "never").Within("answering"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await response.Within("response")).StatusCode);
    }

    [Fact]
    public async Task Head_WithABody_SendsItsLengthOnlyAndKeepsTheConnection()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e => await e.RespondAsync(200, "twelve bytes"));
        var connection = await http.ConnectAsync();

        await connection.SendAsync("HEAD / HTTP/1.1\nHost: a\n\n");
        var head = await connection.ReadResponseAsync(withBody: false);
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        var get = await connection.ReadResponseAsync();

        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", get, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\ntwelve bytes", get, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_Unanswered_Gets500WithoutABody()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(_ => Task.CompletedTask);
        var connection = await http.ConnectAsync();

        await connection.SendAsync("HEAD / HTTP/1.1\nHost: a\nConnection: close\n\n");
        var all = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 500 ", all, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_Unanswered_Answers500AndCounts()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(_ => Task.CompletedTask);

        using var response = await http.Client.GetAsync("/").Within("response");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(1, http.Source.HttpStatistics.Unanswered);
        Assert.Equal(1, http.Source.HttpStatistics.ServerErrors);
    }

    [Fact]
    public async Task Handler_Throws_ClientGets500AndTheNextRequestIsServed()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(e => e.Path == "/bad" ? throw new InvalidDataException("handler") : e.RespondAsync(200).AsTask());

        using var bad = await http.Client.GetAsync("/bad").Within("failing request");
        using var good = await http.Client.GetAsync("/good").Within("next request");

        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Dispose_AfterAnswer_AndTwice_ChangesNothing()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/");
        var exchange = await http.NextAsync();
        await exchange.RespondAsync(204).Within("answering");

        await exchange.DisposeAsync().Within("disposing");
        await exchange.DisposeAsync().Within("disposing again");

        Assert.Equal(HttpStatusCode.NoContent, (await response.Within("response")).StatusCode);
        Assert.Equal(0, http.Source.HttpStatistics.Unanswered);
    }

    [Fact]
    public async Task Request_AfterTheAnswer_IsGoneButItsNameStays()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/name?q");
        var exchange = await http.NextAsync();
        var body = exchange.Body;
        await exchange.RespondAsync(200).Within("answering");
        await response.Within("response");

        var error = Assert.Throws<ObjectDisposedException>(() => exchange.Headers);
        Assert.Contains("Read what you need before you answer", error.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => exchange.Query);
        Assert.Throws<ObjectDisposedException>(() => exchange.RemoteEndPoint);
        Assert.Throws<ObjectDisposedException>(() => exchange.HttpContext);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => body.ReadAsync(new byte[1]).AsTask());
        Assert.Equal("GET /name?q", exchange.Method + " " + exchange.Path + exchange.QueryString);
        Assert.False(exchange.Aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task HttpContext_StreamedAndCompleted_IsTheAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e =>
        {
            var response = e.HttpContext.Response;
            response.StatusCode = 206;
            foreach (var part in new[] { "one ", "two ", "three" })
            {
                await response.Body.WriteAsync(Encoding.UTF8.GetBytes(part));
                await response.Body.FlushAsync();
            }

            Assert.True(await e.CompleteAsync());
        });

        using var response = await http.Client.GetAsync("/").Within("response");

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("one two three", await response.Content.ReadAsStringAsync().Within("body"));
        Assert.Equal(1, http.Source.HttpStatistics.Successes);
    }

    [Fact]
    public async Task HttpContext_OnlyLookedAt_CanStillBeAnsweredOrLeftUnanswered()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e =>
        {
            if (e.HttpContext.Request.Path == "/answer")
            {
                await e.RespondAsync(200, "answered");
            }
        });

        using var answered = await http.Client.GetAsync("/answer").Within("answered");
        using var left = await http.Client.GetAsync("/leave").Within("left");

        Assert.Equal("answered", await answered.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, left.StatusCode);
    }

    [Fact]
    public async Task HttpContext_BegunAndNotCompleted_CutsTheConnectionInsteadOfPretendingSuccess()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e =>
        {
            await e.HttpContext.Response.Body.WriteAsync("half of it"u8.ToArray());
            await e.HttpContext.Response.Body.FlushAsync();
        });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.Client.GetStringAsync("/").Within("response"));
        Assert.Equal(1, http.Source.HttpStatistics.ClientGone);
    }

    [Theory]
    [InlineData(ExecutorKind.Cooperative)]
    [InlineData(ExecutorKind.DedicatedThread)]
    [InlineData(ExecutorKind.Pool)]
    public async Task Handler_AfterEachAwait_IsBackOnItsExecutor(ExecutorKind kind)
    {
        await using var http = await HttpFixture.StartAsync(kind: kind);
        var where = new List<bool>();
        http.Serve(async e =>
        {
            where.Add(http.Executor.IsCurrent);
            await e.ReadBodyAsync();
            where.Add(http.Executor.IsCurrent);
            await e.RespondAsync(200, new byte[256 * 1024]);
            where.Add(http.Executor.IsCurrent);
        });
        var connection = await http.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nConnection: close\n\n3\nabc\n");
        await connection.SendAsync("2\nde\n0\n\n");
        await connection.ReadToEndAsync();
        await http.Source.StopAsync().Within("stopping");
        await http.ServedToTheEnd();

        Assert.Equal([true, true, true], where);
    }
}
