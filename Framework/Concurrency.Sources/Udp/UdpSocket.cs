using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>The one socket of a source: binds, sends, and reads the kernel's count of what it dropped.</summary>
internal sealed class UdpSocket(string source, IPEndPoint endPoint, UdpSourceOptions options) : IDisposable
{
    // SOL_SOCKET and SO_MEMINFO of Linux; the ninth word of the answer is the count of drops.
    private const int SocketLevel = 1;
    private const int MemoryInfo = 55;
    private const int DropWord = 8;

    private Socket? _socket;
    private volatile bool _disposed;
    private long _sent;
    private long _sendErrors;
    private long _kernelDropped = -1;

    public IPEndPoint? LocalEndPoint { get; private set; }

    public UdpStatistics Statistics
    {
        get
        {
            ReadKernelDropped();
            var dropped = Interlocked.Read(ref _kernelDropped);
            return new UdpStatistics
            {
                Sent = Interlocked.Read(ref _sent),
                SendErrors = Interlocked.Read(ref _sendErrors),
                KernelDropped = dropped < 0 ? null : dropped,
            };
        }
    }

    /// <exception cref="IOException">The endpoint cannot be bound; the message names it and the cause.</exception>
    public Socket Bind()
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

        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _socket = socket;
        return socket;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken)
    {
        CheckSize(payload.Length);
        return Count(Open().SendToAsync(payload, SocketFlags.None, to, cancellationToken));
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, EndPoint to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(to);
        CheckSize(payload.Length);
        return Count(Open().SendToAsync(payload, SocketFlags.None, to, cancellationToken));
    }

    public void Dispose()
    {
        ReadKernelDropped();
        _disposed = true;
        _socket?.Dispose();
    }

    private void CheckSize(int size)
    {
        if (size > options.MaxDatagramSize)
        {
            throw new ArgumentException(
                $"A datagram of {size} bytes cannot be sent: the source '{source}' allows {options.MaxDatagramSize} (MaxDatagramSize). "
                + "Send less, or allow more.");
        }
    }

    private Socket Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(UdpSource));
        return _socket ?? throw new InvalidOperationException(
            $"The source '{source}' has no socket before it was started. Start it, then send.");
    }

    private ValueTask Count(ValueTask<int> sending)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            return CountLaterAsync(sending);
        }

        _ = sending.Result;
        Interlocked.Increment(ref _sent);
        return default;
    }

    private async ValueTask CountLaterAsync(ValueTask<int> sending)
    {
        try
        {
            await sending.ConfigureAwait(Executor.Current is not null);
            Interlocked.Increment(ref _sent);
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _sendErrors);
            throw;
        }
    }

    private void ReadKernelDropped()
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
                Interlocked.Exchange(ref _kernelDropped, MemoryMarshal.Cast<byte, uint>(words)[DropWord]);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A kernel without the option, or a source that ends at this moment: the last known count stays.
        }
    }
}
