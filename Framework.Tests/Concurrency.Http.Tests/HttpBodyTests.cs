using System.Net;
using System.Text;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

public sealed class HttpBodyTests
{
    [Fact]
    public async Task Body_LargerThanAllowedByItsLength_Gets413AndNeverReachesTheHandler()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { MaxRequestBodySize = 10 });
        http.Serve(e => e.RespondAsync(200).AsTask());

        using var exact = await http.Client.PostAsync("/", new ByteArrayContent(new byte[10])).Within("exact");
        using var more = await http.Client.PostAsync("/", new ByteArrayContent(new byte[11])).Within("one more");

        Assert.Equal(HttpStatusCode.OK, exact.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, more.StatusCode);
        Assert.Equal((1L, 1L), (http.Source.Statistics.Observed, http.Source.HttpStatistics.Refused));
    }

    [Fact]
    public async Task Body_ChunkedLargerThanAllowed_FailsTheReadAndGets413()
    {
        await using var http = await HttpFixture.StartAsync(new HttpSourceOptions { MaxRequestBodySize = 10 });
        http.Serve(async e => await e.RespondAsync(200, await e.ReadBodyAsync()));
        var connection = await http.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nb\n12345678901\n0\n\n");

        Assert.StartsWith("HTTP/1.1 413 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, http.Source.HttpStatistics.Unanswered);
    }

    [Fact]
    public async Task EV79c_MalformedChunk_FailsTheReadAndGets400()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e => await e.RespondAsync(200, await e.ReadBodyAsync()));
        var connection = await http.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nnot a length\n");

        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV79c_UnreadBody_IsDiscardedAndTheConnectionServesOn()
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(e => e.RespondAsync(200, e.Path).AsTask());
        var connection = await http.ConnectAsync();

        await connection.SendAsync("POST /1 HTTP/1.1\nHost: a\nContent-Length: 5\n\n12345GET /2 HTTP/1.1\nHost: a\n\n");

        Assert.EndsWith("/1", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        Assert.EndsWith("/2", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV77_Expect100Continue_IsSentWhenTheHandlerReads()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nExpect: 100-continue\n\n");
        var exchange = await http.NextAsync();

        var reading = exchange.ReadBodyAsync().AsTask();
        Assert.StartsWith("HTTP/1.1 100 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        await connection.SendAsync("abc");
        await exchange.RespondAsync(200, await reading.Within("reading")).Within("answering");

        Assert.EndsWith("abc", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV76_ContentLengthAndTransferEncoding_AreRefusedByTheServer()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nContent-Length: -1\n\n");

        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, http.Source.HttpStatistics.Received);
    }

    [Fact]
    public async Task ClientGone_WithinTheBody_FailsTheReadAndCountsNoMissingAnswer()
    {
        await using var http = await HttpFixture.StartAsync();
        var connection = await http.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\nHost: a\nContent-Length: 100\n\nonly some");
        var exchange = await http.NextAsync();
        var reading = exchange.ReadBodyAsync().AsTask();

        connection.Dispose();

        await Assert.ThrowsAnyAsync<IOException>(() => reading.Within("reading"));
        await exchange.DisposeAsync().Within("disposing");
        Assert.Equal((1L, 0L), (http.Source.HttpStatistics.ClientGone, http.Source.HttpStatistics.Unanswered));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task Body_OfAnySize_IsEchoed(int size)
    {
        await using var http = await HttpFixture.StartAsync();
        http.Serve(async e => await e.RespondAsync(200, await e.ReadBodyAsync()));
        var sent = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, (size / 8) + 1).Select(i => $"{i:D8}")))[..size];

        using var response = await http.Client.PostAsync("/", new ByteArrayContent(sent)).Within("response");

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync().Within("body"));
    }
}
