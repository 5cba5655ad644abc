using System.Net;
using System.Net.Sockets;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

public sealed class HttpSourceShutdownTests
{
    [Fact]
    public async Task AH10_Stop_With50RequestsInFlight_AnswersAll200()
    {
        await using var http = await HttpFixture.StartAsync();
        var responses = Enumerable.Range(0, 50).Select(i => http.Client.GetAsync($"/{i}")).ToList();
        var exchanges = new List<HttpExchange>();
        for (var i = 0; i < 50; i++)
        {
            exchanges.Add(await http.NextAsync());
        }

        await http.Source.StopAsync().Within("stopping");
        await http.Source.Events.Completion.Within("completion");
        foreach (var exchange in exchanges)
        {
            Assert.True(await exchange.RespondAsync(200, "done").Within("answering"));
        }

        Assert.All(await Task.WhenAll(responses).Within("responses"), r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));
    }

    [Fact]
    public async Task AH10_Stop_WithUnreadRequests_LetsThemBeAnswered()
    {
        await using var http = await HttpFixture.StartAsync();
        var responses = Enumerable.Range(0, 50).Select(i => http.Client.GetAsync($"/{i}")).ToList();
        var held = new List<HttpExchange>();
        for (var i = 0; i < 49; i++)
        {
            held.Add(await http.NextAsync());
        }

        await http.FilledAsync();

        await http.Source.StopAsync().Within("stopping");
        http.Serve(e => e.RespondAsync(200).AsTask());
        await http.ServedToTheEnd();
        foreach (var exchange in held)
        {
            await exchange.RespondAsync(200).Within("answering");
        }

        Assert.All(await Task.WhenAll(responses).Within("responses"), r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));
        Assert.Equal((50L, 0L), (http.Source.Statistics.Published, http.Source.Statistics.Undelivered));
    }

    [Fact]
    public async Task AH10_Stop_ClosesIdleConnectionsAndTheListener()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(e => e.RespondAsync(200).AsTask());
        var idle = await http.ConnectAsync();
        await idle.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        await idle.ReadResponseAsync();

        await http.Source.StopAsync().Within("stopping");

        Assert.Equal("", await idle.ReadToEndAsync());
        var refused = await Assert.ThrowsAsync<SocketException>(() => http.ConnectAsync().Within("connecting"));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task AH10_Stop_TellsBusyConnectionsToClose()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        var exchange = await http.NextAsync();

        await http.Source.StopAsync().Within("stopping");
        await exchange.RespondAsync(200, "last").Within("answering");

        var response = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", response, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_RequestWhoseHeadersArriveLater_Gets503OrACleanClose()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n");

        await http.Source.StopAsync().Within("stopping");
        try
        {
            await connection.SendAsync("\n");
        }
        catch (IOException)
        {
            return;
        }

        var response = await connection.ReadToEndAsync();
        Assert.True(response.Length == 0 || response.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal), response);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AH10_Stop_HandlerCancelled_Gets503WithRetryAfterAndIsNotBlamed(bool throws)
    {
        using var log = new ListLogger();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { LoggerFactory = log, RetryAfter = TimeSpan.FromSeconds(7) });
        using var cancel = new CancellationTokenSource();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        http.Serve(async e =>
        {
            entered.SetResult();
            var cancelled = Task.Delay(Timeout.Infinite, cancel.Token);
            await (throws ? cancelled : cancelled.ContinueWith(_ => { }, TaskScheduler.Default));
        });
        var response = http.Client.GetAsync("/slow");
        await entered.Task.Within("the handler runs");

        await http.Source.StopAsync().Within("stopping");
        await cancel.CancelAsync();

        using var answer = await response.Within("response");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.Headers.RetryAfter!.Delta);
        Assert.True(answer.Headers.ConnectionClose);
        await http.ServedToTheEnd();
        Assert.Equal((0L, 1L), (http.Source.HttpStatistics.Unanswered, http.Source.HttpStatistics.ServerErrors));
        Assert.DoesNotContain(log.Lines, l => l.Contains("/slow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AH10_Stop_HalfSentBody_EndsWithTheHandlersTokenAndGets503()
    {
        await using var http = await HttpFixture.StartAsync();
        using var cancel = new CancellationTokenSource();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        http.Serve(async e =>
        {
            var reading = e.ReadBodyAsync(cancel.Token);
            entered.SetResult();
            await e.RespondAsync(200, await reading);
        });
        var connection = await http.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nContent-Length: 100\n\nhalf");
        await entered.Task.Within("the handler reads");

        await http.Source.StopAsync().Within("stopping");
        await cancel.CancelAsync();

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 1\r\n", answer, StringComparison.Ordinal);
        await http.Source.DisposeAsync().Within("disposing");
        Assert.Equal((0L, 0L), (http.Source.HttpStatistics.Unanswered, http.Source.HttpStatistics.InFlight));
    }

    [Fact]
    public async Task AH10_Dispose_HalfSentBodyReadWithoutAToken_Gets503AndEndsTheRead()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nContent-Length: 100\n\nhalf");
        var exchange = await http.NextAsync();
        var reading = exchange.ReadBodyAsync().AsTask();

        await http.Source.DisposeAsync().Within("disposing");

        Assert.StartsWith("HTTP/1.1 503 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => reading.Within("reading"));
        await exchange.DisposeAsync().Within("disposing the exchange");
    }

    [Fact]
    public async Task AH10_Stop_HandlerCancelledWithinItsOwnResponse_IsCutOffAndNotBlamed()
    {
        using var log = new ListLogger();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { LoggerFactory = log });
        var response = http.Client.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead);
        var exchange = await http.NextAsync();
        await exchange.HttpContext.Response.Body.FlushAsync().Within("beginning the response");
        using var head = await response.Within("response head");

        await http.Source.StopAsync().Within("stopping");
        await exchange.DisposeAsync().Within("disposing");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => head.Content.ReadAsByteArrayAsync().Within("response body"));
        Assert.Equal((0L, 1L), (http.Source.HttpStatistics.Unanswered, http.Source.HttpStatistics.ClientGone));
        Assert.DoesNotContain(log.Lines, l => l.Contains("/stream", StringComparison.Ordinal) && l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_Unanswered_WhileTheSourceRuns_IsBlamed()
    {
        using var log = new ListLogger();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { LoggerFactory = log });
        http.Serve(_ => Task.CompletedTask);

        using var answer = await http.Client.GetAsync("/forgotten").Within("response");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains(log.Lines, l => l.StartsWith("Error: GET /forgotten was not answered by its handler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_WithUnreadAndHeldRequests_Answers503ToEach()
    {
        await using var http = await HttpFixture.StartAsync();
        var responses = Enumerable.Range(0, 9).Select(i => http.Client.GetAsync($"/{i}")).ToList();
        var held = new List<HttpExchange>();
        for (var i = 0; i < 8; i++)
        {
            held.Add(await http.NextAsync());
        }

        await http.FilledAsync();
        await http.Source.DisposeAsync().Within("disposing");

        Assert.All(await Task.WhenAll(responses).Within("responses"), r =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, r.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), r.Headers.RetryAfter!.Delta);
            Assert.True(r.Headers.ConnectionClose);
        });
        Assert.Equal((9L, 1L), (http.Source.Statistics.Published, http.Source.Statistics.Undelivered));
        foreach (var exchange in held)
        {
            Assert.True(exchange.Aborted.IsCancellationRequested);
            Assert.Throws<OperationCanceledException>(() => exchange.Headers);
            Assert.False(await exchange.RespondAsync(200, "too late"));
            await exchange.DisposeAsync().Within("disposing an exchange");
        }

        Assert.Equal((9L, 0L), (http.Source.HttpStatistics.ServerErrors, http.Source.HttpStatistics.InFlight));
    }

    [Fact]
    public async Task ExecutorEnds_WithUnreadAndHeldRequests_Answers503ToEach()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { Capacity = 3 });
        var stuck = http.Client.GetAsync("/stuck");
        var held = await http.NextAsync();
        var waiting = Enumerable.Range(0, 4).Select(i => http.Client.GetAsync($"/{i}")).ToList();
        // One of the four is refused: the other three wait in the channel.
        waiting.Remove(await Task.WhenAny(waiting).Within("the refused request"));

        await http.Executor.DisposeAsync().Within("disposing the executor");

        Assert.All(await Task.WhenAll([stuck, .. waiting]).Within("responses"), r =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, r.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), r.Headers.RetryAfter!.Delta);
        });
        var statistics = http.Source.Statistics;
        Assert.Equal((5L, 1L, 3L), (statistics.Published, statistics.Dropped, statistics.Undelivered));
        Assert.True(held.Aborted.IsCancellationRequested);
        Assert.False(await held.RespondAsync(200, "too late"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => http.Source.Events.Completion.Within("completion"));
    }

    [Fact]
    public async Task Dispose_WhileAHandlerAnswers_WaitsForItsAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        var exchange = await http.NextAsync();
        var body = new byte[16 * 1024 * 1024];
        var answering = exchange.RespondAsync(200, body).AsTask();
        using var head = await response.Within("response head");

        var disposing = http.Source.DisposeAsync().AsTask();
        var read = await head.Content.ReadAsByteArrayAsync().Within("response body");

        await disposing.Within("disposing");
        Assert.Equal(body.Length, read.Length);
        Assert.True(await answering.Within("answering"));
    }

    [Fact]
    public async Task Dispose_ClientDoesNotRead_AbortsAfterCloseTimeout()
    {
        var clock = new ManualClock();
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { CloseTimeout = TimeSpan.FromSeconds(5), TimeProvider = clock });
        var connection = await http.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        var exchange = await http.NextAsync();
        var answering = exchange.RespondAsync(200, new byte[64 * 1024 * 1024]).AsTask();

        var disposing = http.Source.DisposeAsync().AsTask();
        await clock.TimersSetAsync(1).Within("disposal waiting for the client");
        Assert.False(disposing.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));

        await disposing.Within("disposing");
        Assert.False(await answering.Within("answering"));
        Assert.Equal(1, http.Source.HttpStatistics.ClientGone);
    }

    [Fact]
    public async Task Dispose_HandlerHoldsTheContext_ClosesItsConnection()
    {
        await using var http = await HttpFixture.StartAsync();
        var response = http.Client.GetAsync("/");
        var exchange = await http.NextAsync();
        _ = exchange.HttpContext;

        await http.Source.DisposeAsync().Within("disposing");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Within("response"));
        Assert.Throws<ObjectDisposedException>(() => exchange.Headers);
    }

    [Fact]
    public async Task Start_PortInUse_NamesItAndLeavesNothingBehind()
    {
        await using var first = await HttpFixture.StartAsync();
        var free = FreePort();
        await using var second = new HttpSource(new HttpSourceOptions { Endpoints = [free, first.EndPoint], Name = "api" });

        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(first.Executor).Within("starting"));

        Assert.Contains($"'api' cannot listen on {first.EndPoint}: Address already in use", error.Message, StringComparison.Ordinal);
        Assert.Same(error, await Assert.ThrowsAsync<IOException>(() => second.Events.Completion.Within("completion")));
        Assert.Empty(second.Endpoints);
        using var reuse = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reuse.Bind(free);
        reuse.Listen();
    }

    [Fact]
    public async Task Start_AddressOfAnotherMachine_NamesIt()
    {
        await using var executor = TestExecutors.Create(Execution.ExecutorKind.Cooperative);
        await using var source = new HttpSource(new HttpSourceOptions { Endpoints = [IPEndPoint.Parse("192.0.2.1:0")] });

        var error = await Assert.ThrowsAsync<IOException>(() => source.StartAsync(executor).Within("starting"));

        Assert.Contains("cannot listen on 192.0.2.1:0: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_KestrelRefusesItsOptions_EndsTheSourceWithTheError(bool throws)
    {
        await using var executor = TestExecutors.Create(Execution.ExecutorKind.Cooperative);
        await using var source = new HttpSource(new HttpSourceOptions
        {
            ConfigureServer = kestrel => kestrel.Limits.MaxRequestBufferSize = throws ? throw new InvalidOperationException("unwanted") : 1,
        });

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => source.StartAsync(executor).Within("starting"));

        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => source.Events.Completion.Within("completion")));
        Assert.Empty(source.Endpoints);
        await Assert.ThrowsAsync<InvalidOperationException>(() => source.StartAsync(executor).Within("starting again"));
    }

    [Fact]
    public async Task Start_Cancelled_WhileItBinds_EndsTheSourceWithTheCancellation()
    {
        await using var executor = TestExecutors.Create(Execution.ExecutorKind.Cooperative);
        using var cancelling = new CancellationTokenSource();
        await using var source = new HttpSource(new HttpSourceOptions
        {
            ConfigureServer = _ =>
            {
                cancelling.Cancel();
                cancelling.Token.ThrowIfCancellationRequested();
            },
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.StartAsync(executor, cancelling.Token).Within("starting"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.Events.Completion.Within("completion"));
    }

    [Fact]
    public async Task Start_OnSeveralEndpoints_ServesEach()
    {
        await using var http = await HttpFixture.StartAsync(
            new HttpSourceOptions { Endpoints = [IPEndPoint.Parse("127.0.0.1:0"), IPEndPoint.Parse("[::1]:0")] });
        http.Serve(e => e.RespondAsync(200).AsTask());

        foreach (var endPoint in http.Source.Endpoints)
        {
            using var response = await http.Client.GetAsync(new Uri($"http://{endPoint}/")).Within("response");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, http.Source.Endpoints.Count);
    }

    [Fact]
    public async Task Statistics_AfterAMixture_AddUp()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { Capacity = 2, MaxRequestBodySize = 10 });
        http.Serve(e => e.Path switch
        {
            "/ok" => e.RespondAsync(200).AsTask(),
            "/moved" => e.RespondAsync(301).AsTask(),
            "/missing" => e.RespondAsync(404).AsTask(),
            "/error" => e.RespondAsync(500).AsTask(),
            _ => Task.CompletedTask,
        });

        foreach (var path in new[] { "/ok", "/moved", "/missing", "/error", "/unanswered" })
        {
            (await http.Client.GetAsync(path).Within(path)).Dispose();
        }

        (await http.Client.PostAsync("/large", new ByteArrayContent(new byte[11])).Within("large")).Dispose();
        await http.Source.StopAsync().Within("stopping");
        await http.ServedToTheEnd();

        Assert.Equal(
            new HttpStatistics { Received = 6, Refused = 1, Unanswered = 1, Successes = 1, Redirections = 1, ClientErrors = 2, ServerErrors = 2 },
            http.Source.HttpStatistics);
        Assert.Equal(5, http.Source.Statistics.Observed);
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
