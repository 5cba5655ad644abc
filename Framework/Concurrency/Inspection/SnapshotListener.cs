using System.Net.Sockets;
using System.Text;
using Concurrency.Execution;

namespace Concurrency.Inspection;

/// <summary>One listening socket of a snapshot server with the thread that accepts and the sessions of its clients.</summary>
internal sealed class SnapshotListener : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly QuietLock _gate = new();
    private readonly Action _close;
    private readonly Socket _socket;
    private readonly TrackingSwitch _tracking;
    private readonly HashSet<SnapshotSession> _sessions = [];
    private readonly ManualResetEventSlim _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The thread that accepts counts as one.
    private int _threads = 1;

    public SnapshotListener(Action close, Socket socket, string place, SnapshotServerOptions options, TrackingSwitch tracking)
    {
        _close = close;
        _socket = socket;
        _tracking = tracking;
        Place = place;
        Options = options;
    }

    /// <summary>Where it listens, for messages.</summary>
    public string Place { get; }

    public bool NeedsToken { get; init; }

    public SnapshotServerOptions Options { get; }

    /// <summary>How many clients are connected.</summary>
    public int Clients
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _sessions.Count;
            }
        }
    }

    public void Start()
    {
        CleanThreads.Start(Accept, "snapshot server");
        SnapshotServerLog.Listens(Options.Logger, Place);
    }

    public string Answer(string line) => SnapshotCommands.Answer(line, Options, _tracking);

    /// <summary>Closes the socket, disconnects every client, and completes when their threads have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        SnapshotSession[]? sessions = null;
        using (_gate.EnterScope())
        {
            if (!_stopping.IsSet)
            {
                _stopping.Set();
                sessions = [.. _sessions];
            }
        }

        if (sessions is not null)
        {
            _close();
            Array.ForEach(sessions, static session => session.End());
        }

        await _ended.Task.ConfigureAwait(Executor.Current is not null);
        _stopping.Dispose();
    }

    private void Accept()
    {
        while (!_stopping.IsSet)
        {
            try
            {
                Admit(_socket.Accept());
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                if (!_stopping.IsSet)
                {
                    // Mostly a lack of descriptors, which would come back at once.
                    SnapshotServerLog.AcceptFailed(Options.Logger, Place, s_pause, error);
                    _stopping.Wait(s_pause);
                }
            }
        }

        Release();
    }

    private void Admit(Socket client)
    {
        var session = new SnapshotSession(client, this);
        int others;
        using (_gate.EnterScope())
        {
            others = _sessions.Count;
            if (others < Options.MaximumClients && !_stopping.IsSet)
            {
                _sessions.Add(session);
                _threads++;
                others = -1;
            }
        }

        if (others >= 0)
        {
            Refuse(client, others);
            return;
        }

        try
        {
            CleanThreads.Start(() => Run(session), "snapshot client");
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            SnapshotServerLog.SessionFailed(Options.Logger, Place, error);
            Leave(session);
        }
    }

    private void Run(SnapshotSession session)
    {
        try
        {
            session.Run();
        }
        catch (Exception error)
        {
            // An exception on a bare thread would end the process that is looked at.
            SnapshotServerLog.SessionFailed(Options.Logger, Place, error);
        }
        finally
        {
            Leave(session);
        }
    }

    private void Refuse(Socket client, int clients)
    {
        using (client)
        {
            SnapshotServerLog.TooMany(Options.Logger, Place, clients);

            // A new connection has room for a line, and nobody waits for it if it has not.
            try
            {
                client.Blocking = false;
                client.Send(Encoding.UTF8.GetBytes($"error: {clients} clients are connected and no more are allowed. Try again later.\n\n"));
                client.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It went away without waiting for the refusal.
            }
        }
    }

    private void Leave(SnapshotSession session)
    {
        using (_gate.EnterScope())
        {
            _sessions.Remove(session);
        }

        // After the place is free: whoever sees the end of a connection finds room for the next one.
        session.Close();
        Release();
    }

    private void Release()
    {
        int left;
        using (_gate.EnterScope())
        {
            left = --_threads;
        }

        if (left == 0)
        {
            _ended.SetResult();
        }
    }
}
