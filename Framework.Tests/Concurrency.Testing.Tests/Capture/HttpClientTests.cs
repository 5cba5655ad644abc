using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Concurrency.Testing.Tests.Capture;

/// <summary>A client with retries, a connection in memory and a channel of .NET, unchanged, in one simulation.</summary>
[Collection(CapturedGroup.Name)]
public sealed class HttpClientTests
{
    private const string SchedulesName = "CAPTURED_HTTP_SCHEDULES";

    [Fact]
    public void HttpClientPollyAndChannel_InManySchedules_StayOnTheThread() =>
        Captured.Passes(BodyAsync, int.Parse(Environment.GetEnvironmentVariable(SchedulesName) ?? "500", CultureInfo.InvariantCulture));

    private static async Task BodyAsync(Sim sim)
    {
        var here = new SameThread();
        var busy = 1;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, _) =>
            {
                here.Check();
                var (client, server) = DuplexStream.Pair();
                _ = Task.Run(() => ServeAsync(server, here, () => busy-- > 0), CancellationToken.None);
                return ValueTask.FromResult<Stream>(client);
            },
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var answers = Channel.CreateBounded<string>(1);
        var asking = Task.WhenAll(Enumerable.Range(0, 3).Select(number => Task.Run(() => AskAsync(sim, client, here, answers.Writer, number))));
        var all = new List<string>();
        for (var index = 0; index < 3; index++)
        {
            all.Add(await answers.Reader.ReadAsync().ConfigureAwait(false));
            here.Check();
        }

        await asking.ConfigureAwait(false);
        all.Sort(StringComparer.Ordinal);
        Assert.Equal(["/0", "/1", "/2"], all);
    }

    private static async Task AskAsync(Sim sim, HttpClient client, SameThread here, ChannelWriter<string> answers, int number)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = sim.Clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(),
                Delay = TimeSpan.FromSeconds(1),
                MaxRetryAttempts = 3,
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })
            .Build();
        var answer = await pipeline.ExecuteAsync(
            async token =>
            {
                here.Check();
                using var response = await client.GetAsync(new Uri($"http://memory/{number}"), token).ConfigureAwait(false);
                here.Check();
                response.EnsureSuccessStatusCode();
                return await response.Content.ReadAsStringAsync(token).ConfigureAwait(false);
            }).ConfigureAwait(false);
        here.Check();
        await answers.WriteAsync(answer).ConfigureAwait(false);
        here.Check();
    }

    private static async Task ServeAsync(Stream stream, SameThread here, Func<bool> isBusy)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } request)
        {
            here.Check();
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { Length: > 0 })
            {
                here.Check();
            }

            var status = isBusy() ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
            var path = request.Split(' ')[1];
            var response = $"HTTP/1.1 {(int)status} {status}\r\nContent-Length: {path.Length}\r\n\r\n{path}";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(response)).ConfigureAwait(false);
            here.Check();
        }
    }
}
