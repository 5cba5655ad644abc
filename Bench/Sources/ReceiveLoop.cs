using System.Net;
using System.Net.Sockets;

namespace Concurrency.Bench.Sources;

/// <summary>The plain way to receive datagrams without allocating: one loop over <c>ReceiveFromAsync(SocketAddress)</c>.</summary>
internal sealed class ReceiveLoop : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public ReceiveLoop(DatagramCount count)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _loop = Task.Run(() => RunAsync(count));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(DatagramCount count)
    {
        var buffer = new byte[2048];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, _stop.Token);
                count.Handle(buffer.AsSpan(0, received));
            }
        }
        catch (OperationCanceledException)
        {
            // The sample is over.
        }
    }
}
