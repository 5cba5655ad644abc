using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>The one port of a source with its rules and its accounts of what was sent.</summary>
internal sealed class UdpSocket(string source, DatagramPort port, UdpSourceOptions options) : IDisposable
{
    private volatile bool _disposed;
    private long _sent;
    private long _sendErrors;

    public IPEndPoint? LocalEndPoint { get; private set; }

    public UdpStatistics Statistics => new()
    {
        Sent = Interlocked.Read(ref _sent),
        SendErrors = Interlocked.Read(ref _sendErrors),
        KernelDropped = port.Dropped,
    };

    /// <exception cref="IOException">The endpoint cannot be bound; the message names it and the cause.</exception>
    public IPEndPoint Bind() => LocalEndPoint = port.Bind();

    public DatagramReceiver CreateReceiver(Executor executor) => port.CreateReceiver(executor);

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken)
    {
        CheckSize(payload.Length);
        return Count(Open().SendAsync(payload, to, cancellationToken));
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, EndPoint to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(to);
        CheckSize(payload.Length);
        return Count(Open().SendAsync(payload, to, cancellationToken));
    }

    public void Dispose()
    {
        _disposed = true;
        port.Dispose();
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

    private DatagramPort Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(UdpSource));
        return LocalEndPoint is not null ? port : throw new InvalidOperationException(
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
}
