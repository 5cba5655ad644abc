using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Concurrency.Inspection;

/// <summary>One client of a snapshot server, on a thread of its own.</summary>
/// <remarks>
/// A thread and no task: what it shows is needed most when the .NET thread pool is starved and every executor is stuck. It may block
/// for as long as its client does.
/// </remarks>
#pragma warning disable CA1001 // the switch ends with Run
internal sealed class SnapshotSession
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_timeForToken = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly SnapshotListener _listener;
    private readonly SnapshotServerOptions _options;
    private readonly TrackingSwitch _tracking;
    private readonly ITimer _idle;

    public SnapshotSession(Socket socket, SnapshotListener listener)
    {
        _socket = socket;
        _listener = listener;
        _options = listener.Options;
        _tracking = new TrackingSwitch(listener);
        IsKnown = GaveToken = !listener.NeedsToken;
        _idle = _options.TimeProvider.CreateTimer(
            static session => ((SnapshotSession)session!).End(),
            this,
            IsKnown || IsShort(_options.IdleTimeout) ? _options.IdleTimeout : s_timeForToken,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it counts as a client; changed under the lock of the listener only.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Whether it has said the token, or needs none.</summary>
    public bool GaveToken { get; private set; }

    /// <summary>The life of the session; throws only what is a fault of this code.</summary>
    public void Run()
    {
        try
        {
            Serve(new LineReader(_socket, _options.MaximumLineLength));
        }
        catch (SocketException)
        {
            // The client went away, was idle for too long, or the server ends: nobody is left to tell.
        }
    }

    /// <summary>Closes the connection; only after <see cref="Run"/>.</summary>
    public void Close()
    {
        _idle.Dispose();
        _tracking.Dispose();
        End();
        _socket.Dispose();
    }

    /// <summary>Ends the session from outside, whatever it is waiting for.</summary>
    public void End()
    {
        try
        {
            // Wakes a blocked receive as well as a blocked send; the session's own thread closes the socket.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private static bool IsShort(TimeSpan idle) => idle != Timeout.InfiniteTimeSpan && idle < s_timeForToken;

    private void Serve(LineReader reader)
    {
        bool isTooLong;
        while (reader.Read(out isTooLong) is { } line)
        {
            if (!IsKnown)
            {
                GaveToken = IsToken(line);
                var refusal = GaveToken ? _listener.Promote(this) : "error: The first line must be 'token' and the token of this server.";
                if (refusal is not null)
                {
                    Send(refusal);
                    return;
                }

                _idle.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);
                Send("The token is right.");
                continue;
            }

            // Before the answer: a client that does not take it is as idle as one that says nothing.
            _idle.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);
            if (line == SnapshotCommands.Quit)
            {
                return;
            }
            else
            {
                Send(SnapshotCommands.Answer(line, _options, _tracking));
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
            left = left[_socket.Send(left)..];
        }
    }
}
