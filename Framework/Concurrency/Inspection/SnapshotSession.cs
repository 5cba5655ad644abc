using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Concurrency.Inspection;

/// <summary>One client of a snapshot server, on a thread of its own.</summary>
/// <remarks>
/// A thread and no task: what it shows is needed most when the .NET thread pool is starved and every executor is stuck. It may block
/// for as long as its client does.
/// </remarks>
internal sealed class SnapshotSession(Socket socket, SnapshotListener listener)
{
    private readonly SnapshotServerOptions _options = listener.Options;

    /// <summary>The life of the session; throws only what is a fault of this code.</summary>
    public void Run()
    {
        using var idle = _options.TimeProvider.CreateTimer(
            static session => ((SnapshotSession)session!).End(), this, _options.IdleTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            Serve(new LineReader(socket, _options.MaximumLineLength), idle);
        }
        catch (SocketException)
        {
            // The client went away, was idle for too long, or the server ends: nobody is left to tell.
        }
    }

    /// <summary>Closes the connection; only after <see cref="Run"/>.</summary>
    public void Close()
    {
        End();
        socket.Dispose();
    }

    /// <summary>Ends the session from outside, whatever it is waiting for.</summary>
    public void End()
    {
        try
        {
            // Wakes a blocked receive as well as a blocked send; the session's own thread closes the socket.
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private void Serve(LineReader reader, ITimer idle)
    {
        var isKnown = !listener.NeedsToken;
        bool isTooLong;
        while (reader.Read(out isTooLong) is { } line)
        {
            // Before the answer: a client that does not take it is as idle as one that says nothing.
            idle.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);
            if (!isKnown)
            {
                isKnown = IsToken(line);
                Send(isKnown ? "The token is right." : "error: The first line must be 'token' and the token of this server.");
                if (!isKnown)
                {
                    SnapshotServerLog.WrongToken(_options.Logger, listener.Place);
                    return;
                }
            }
            else if (line == SnapshotCommands.Quit)
            {
                return;
            }
            else
            {
                Send(listener.Answer(line));
            }
        }

        if (isTooLong)
        {
            Send($"error: A line has {_options.MaximumLineLength} bytes at most. Connect again.");
        }
    }

    // Hashes have one length, so the time tells neither that of the token nor where the first difference is.
    private bool IsToken(string line) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(line)),
        SHA256.HashData(Encoding.UTF8.GetBytes($"{SnapshotCommands.TokenCommand} {_options.Token}")));

    private void Send(string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text.EndsWith("\n\n", StringComparison.Ordinal) ? text : SnapshotCommands.Ended(text));
        while (!left.IsEmpty)
        {
            left = left[socket.Send(left)..];
        }
    }
}
