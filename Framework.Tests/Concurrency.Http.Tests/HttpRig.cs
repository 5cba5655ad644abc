using System.Net.Sockets;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

/// <summary>An HTTP source and clients that send requests without waiting for the answers.</summary>
internal sealed class HttpRig(int capacity) : SourceRig<HttpExchange>
{
    private readonly List<Socket> _clients = [];
    private readonly HttpSource _source = new(new HttpSourceOptions { Capacity = capacity });

    public override IEventSource<HttpExchange> Source => _source;

    public override async Task RaiseAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _clients.Add(client);
            try
            {
                await client.ConnectAsync(_source.Endpoints[0]);
                await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n"u8.ToArray());
            }
            catch (SocketException error) when (error.SocketErrorCode
                is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.Shutdown)
            {
                // The source has stopped: nobody listens, which is what a client then sees.
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        return default;
    }
}
