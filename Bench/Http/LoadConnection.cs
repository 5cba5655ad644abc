using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Concurrency.Bench.Http;

/// <summary>One keep-alive connection of the load generator: at most one request is under way.</summary>
internal sealed class LoadConnection : IDisposable
{
    private static readonly byte[] s_request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[4096];
    private int _filled;

    public LoadConnection(int port)
    {
        _socket.Connect(IPAddress.Loopback, port);
        _socket.Blocking = false;
    }

    public int Descriptor => (int)_socket.Handle;

    public bool IsBusy { get; private set; }

    /// <summary>When the next request is due, in stopwatch ticks; for a busy connection it may lie in the past.</summary>
    public long Due { get; set; }

    /// <summary>When the request under way was due.</summary>
    public long IntendedStart { get; private set; }

    public void Send()
    {
        var sent = _socket.Send(s_request, SocketFlags.None, out var error);
        if (error != SocketError.Success || sent != s_request.Length)
        {
            throw new IOException($"A request could not be sent: {error}, {sent} of {s_request.Length} bytes.");
        }

        IntendedStart = Due;
        IsBusy = true;
    }

    /// <summary>Takes what has arrived; true when the response is complete.</summary>
    public bool Receive()
    {
        var received = _socket.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        if (error != SocketError.Success || received == 0)
        {
            throw new IOException($"The server closed a connection in the middle of a response: {error}.");
        }

        _filled += received;
        if (ResponseLength() is not { } length || _filled < length)
        {
            return false;
        }

        _filled = 0;
        IsBusy = false;
        return true;
    }

    public void Dispose() => _socket.Dispose();

    private int? ResponseLength()
    {
        var text = _buffer.AsSpan(0, _filled);
        var end = text.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var at = text.IndexOf("Content-Length: "u8);
        if (!text.StartsWith("HTTP/1.1 200 "u8) || at < 0 || at > end)
        {
            throw new IOException($"Unexpected response: {Encoding.ASCII.GetString(text[..end])}");
        }

        var length = 0;
        foreach (var digit in text[(at + "Content-Length: ".Length)..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                break;
            }

            length = (length * 10) + (digit - '0');
        }

        return end + 4 + length;
    }
}
