using System.Net;
using System.Net.Sockets;
using System.Text;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

/// <summary>A started source on a free port, a handler loop on an executor of its own, and clients.</summary>
public sealed class HttpFixture : IAsyncDisposable
{
    private readonly List<IDisposable> _clients = [];
    private Task _serving = Task.CompletedTask;

    private HttpFixture(HttpSource source, Executor executor)
    {
        Source = source;
        Executor = executor;
    }

    public HttpSource Source { get; }

    public Executor Executor { get; }

    public IPEndPoint EndPoint => Source.Endpoints[0];

    /// <summary>Speaks HTTP/1.1 with kept connections.</summary>
    public HttpClient Client { get; private set; } = null!;

    public static async Task<HttpFixture> StartAsync(HttpSourceOptions? options = null, ExecutorKind kind = ExecutorKind.Cooperative)
    {
        var executor = TestExecutors.Create(kind);
        var fixture = new HttpFixture(new HttpSource(options ?? new HttpSourceOptions()), executor);
        await fixture.Source.StartAsync(executor).Within("starting the source");
        fixture.Client = fixture.Track(new HttpClient { BaseAddress = new Uri($"http://{fixture.EndPoint}"), Timeout = Timeout.InfiniteTimeSpan });
        return fixture;
    }

    /// <summary>Starts a loop that hands each exchange to the handler and disposes it afterwards, as a component does.</summary>
    public void Serve(Func<HttpExchange, Task> handler, int concurrency = 1) =>
        _serving = Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Executor.RunAsync(async _ =>
        {
            await foreach (var exchange in Source.Events.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    await handler(exchange);
                }
                catch (Exception error) when (error is not Xunit.Sdk.XunitException)
                {
                    // A failing handler is the component's business; here only its client matters.
                }
                finally
                {
                    await exchange.DisposeAsync();
                }
            }
        })));

    public Task ServedToTheEnd() => _serving.Within("the handler loop");

    /// <summary>Completes when the channel holds an exchange.</summary>
    public async Task FilledAsync() => Assert.True(await Source.Events.WaitToReadAsync().Within("a request in the channel"));

    public async Task<HttpExchange> NextAsync() => await Source.Events.ReadAsync().Within("waiting for a request");

    /// <summary>Opens a connection that speaks raw bytes.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        return Track(new RawConnection(socket));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().Within("disposing the source");
        await _serving.Within("ending the handler loop");
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Executor.DisposeAsync().Within("disposing the executor");
    }

    private T Track<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }
}

/// <summary>A client that writes and reads the bytes of HTTP/1.1 itself.</summary>
public sealed class RawConnection(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"))).Within("sending");

    /// <summary>Reads until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _stream.CopyToAsync(all).Within("reading to the end of the connection");
        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>Reads one response: its head, and as many bytes as its Content-Length says.</summary>
    public async Task<string> ReadResponseAsync(bool withBody = true)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _stream.ReadExactlyAsync(one).Within("reading a response head");
            text.Append((char)one[0]);
        }

        var head = text.ToString();
        var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
        if (withBody && at >= 0)
        {
            var length = int.Parse(head.AsSpan(at + 16, head.IndexOf('\r', at) - at - 16), System.Globalization.CultureInfo.InvariantCulture);
            var body = new byte[length];
            await _stream.ReadExactlyAsync(body).Within("reading a response body");
            return head + Encoding.UTF8.GetString(body);
        }

        return head;
    }

    public void Dispose() => _stream.Dispose();
}
