using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>One socket of the system.</summary>
internal sealed class SystemPort(string source, IPEndPoint endPoint, UdpSourceOptions options, ReceiverFactory createReceiver) : DatagramPort
{
    // SOL_SOCKET and SO_MEMINFO of Linux; the ninth word of the answer is the count of drops.
    private const int SocketLevel = 1;
    private const int MemoryInfo = 55;
    private const int DropWord = 8;

    private Socket? _socket;
    private volatile bool _disposed;
    private long _dropped = -1;

    public override long? Dropped
    {
        get
        {
            ReadDropped();
            var dropped = Interlocked.Read(ref _dropped);
            return dropped < 0 ? null : dropped;
        }
    }

    public override IPEndPoint Bind()
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            options.ConfigureSocket?.Invoke(socket);
            socket.Bind(endPoint);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException(
                $"The source '{source}' cannot receive on {endPoint}: {error.Message}. "
                + "Choose another address or port (port 0 picks a free one), or stop the program that uses it.", error);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public override DatagramReceiver CreateReceiver(Executor executor) => createReceiver(_socket!, executor, options.MaxDatagramSize);

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken) =>
        _socket!.SendToAsync(payload, SocketFlags.None, to, cancellationToken);

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, EndPoint to, CancellationToken cancellationToken) =>
        _socket!.SendToAsync(payload, SocketFlags.None, to, cancellationToken);

    public override void Dispose()
    {
        ReadDropped();
        _disposed = true;
        _socket?.Dispose();
    }

    private void ReadDropped()
    {
        if (!OperatingSystem.IsLinux() || _disposed || _socket is not { } socket)
        {
            return;
        }

        Span<byte> words = stackalloc byte[(DropWord + 1) * sizeof(uint)];
        try
        {
            if (socket.GetRawSocketOption(SocketLevel, MemoryInfo, words) == words.Length)
            {
                Interlocked.Exchange(ref _dropped, MemoryMarshal.Cast<byte, uint>(words)[DropWord]);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A kernel without the option, or a source that ends at this moment: the last known count stays.
        }
    }
}
