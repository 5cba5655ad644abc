using System.Net;
using System.Net.Sockets;
using System.Text;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Inspection;

/// <summary>What a person does with nc: sends lines, reads answers up to the empty line.</summary>
internal sealed class SnapshotClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StringBuilder _received = new();

    private SnapshotClient(Socket socket) => _socket = socket;

    public static async Task<SnapshotClient> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).Within("connecting to the socket");
        return new SnapshotClient(socket);
    }

    public static async Task<SnapshotClient> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint).Within("connecting to the port");
        return new SnapshotClient(socket);
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text)).Within("sending a line");

    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\n");
        return await AnswerAsync();
    }

    /// <summary>Says that no more lines will come, as the end of a pipe into nc does.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer without the empty line that ends it.</summary>
    public async Task<string> AnswerAsync()
    {
        while (true)
        {
            var text = _received.ToString();
            var end = text.IndexOf("\n\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _received.Remove(0, end + 2);
                return text[..end];
            }

            Assert.True(await ReceiveAsync(), $"The connection ended after: {text}");
        }
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public async Task<string> RestAsync()
    {
        while (await ReceiveAsync())
        {
        }

        return _received.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var count = await _socket.ReceiveAsync(buffer).Within("an answer");
            _received.Append(Encoding.UTF8.GetString(buffer, 0, count));
            return count > 0;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The other side closed with something unread: an end as well.
            return false;
        }
    }
}
