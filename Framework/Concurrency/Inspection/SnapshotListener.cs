using System.Net.Sockets;
using System.Text;
using Concurrency.Execution;

namespace Concurrency.Inspection;

/// <summary>One listening socket of a snapshot server with the thread that accepts and the sessions of its clients.</summary>
/// <remarks>
/// Clients that have not given the token take no place from those that have: a few of them are let in, the oldest has to go when more
/// come, and while many are on their way out nobody else is accepted.
/// </remarks>
internal sealed class SnapshotListener(Action close, Socket socket, string place, SnapshotServerOptions options) : IAsyncDisposable
{
    /// <summary>How many clients may be about to give the token.</summary>
    public const int MostWithoutToken = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly QuietLock _gate = new();
    private readonly HashSet<SnapshotSession> _sessions = [];
    private readonly List<SnapshotSession> _withoutToken = [];
    private readonly ManualResetEventSlim _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Repeats _tooMany = new();
    private readonly Repeats _wrongTokens = new();
    private readonly Repeats _acceptFailures = new();

    // The thread that accepts counts as one.
    private int _threads;
    private int _known;

    /// <summary>Where it listens, for messages.</summary>
    public string Place { get; } = place;

    public bool NeedsToken { get; init; }

    public SnapshotServerOptions Options { get; } = options;

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
        _threads = 1;
        try
        {
            CleanThreads.Start(Accept, "snapshot server");
        }
        catch
        {
            Release();
            throw;
        }

        SnapshotServerLog.Listens(Options.Log, Place);
    }

    /// <summary>Makes a client that has given the token one of those that count.</summary>
    /// <returns>Null, or why it is refused.</returns>
    public string? Promote(SnapshotSession session)
    {
        int clients;
        using (_gate.EnterScope())
        {
            clients = _known;
            if (clients < Options.MaximumClients)
            {
                _known++;
                session.IsKnown = true;
                _withoutToken.Remove(session);
                return null;
            }
        }

        return TooMany(clients);
    }

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
                if (_threads == 0)
                {
                    // It never began.
                    _ended.TrySetResult();
                }
            }
        }

        if (sessions is not null)
        {
            close();
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
                Admit(socket.Accept());
            }
            catch (Exception error)
            {
                // Whatever it is: on a bare thread it would end the process that is looked at.
                if (!_stopping.IsSet)
                {
                    if (_acceptFailures.Next(out var number))
                    {
                        SnapshotServerLog.AcceptFailed(Options.Log, Place, number, s_pause, error);
                    }

                    // Mostly a lack of descriptors, which would come back at once.
                    _stopping.Wait(s_pause);
                }
            }
        }

        Release();
    }

    private void Admit(Socket client)
    {
        var session = MakeSession(client);
        var isAdmitted = false;
        int clients;
        SnapshotSession? dropped;
        using (_gate.EnterScope())
        {
            clients = _known;
            dropped = MakeRoomLocked();
            if (!_stopping.IsSet && HasRoomLocked())
            {
                isAdmitted = true;
                EnterLocked(session);
            }
        }

        dropped?.End();
        if (!isAdmitted)
        {
            Refuse(client, _stopping.IsSet ? "error: The server ends." : NeedsToken ? TooManyWithoutToken() : TooMany(clients));
            session.Close();
            return;
        }

        try
        {
            CleanThreads.Start(() => Run(session), "snapshot client");
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            SnapshotServerLog.SessionFailed(Options.Log, Place, error);
            Leave(session);
        }
    }

    private SnapshotSession MakeSession(Socket client)
    {
        try
        {
            return new SnapshotSession(client, this);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Takes out the client that has owed the token for the longest time, if another one would be too many.</summary>
    private SnapshotSession? MakeRoomLocked()
    {
        if (_withoutToken.Count < MostWithoutToken)
        {
            return null;
        }

        var oldest = _withoutToken[0];
        _withoutToken.RemoveAt(0);
        return oldest;
    }

    // Those who were dropped have their threads for a moment longer.
    private bool HasRoomLocked() => NeedsToken ? _sessions.Count - _known < 2 * MostWithoutToken : _known < Options.MaximumClients;

    private void EnterLocked(SnapshotSession session)
    {
        _sessions.Add(session);
        _threads++;
        if (session.IsKnown)
        {
            _known++;
        }
        else
        {
            _withoutToken.Add(session);
        }
    }

    private void Run(SnapshotSession session)
    {
        try
        {
            session.Run();
            if (!session.GaveToken && !_stopping.IsSet)
            {
                LogWithoutToken();
            }
        }
        catch (Exception error)
        {
            // An exception on a bare thread would end the process that is looked at.
            SnapshotServerLog.SessionFailed(Options.Log, Place, error);
        }
        finally
        {
            Leave(session);
        }
    }

    private void LogWithoutToken()
    {
        if (_wrongTokens.Next(out var number))
        {
            SnapshotServerLog.WrongToken(Options.Log, Place, number);
        }
    }

    private string TooManyWithoutToken()
    {
        LogWithoutToken();
        return "error: Too many clients come without giving the token. Try again later.";
    }

    private string TooMany(int clients)
    {
        if (_tooMany.Next(out var number))
        {
            SnapshotServerLog.TooMany(Options.Log, Place, number, clients);
        }

        return $"error: {clients} clients are connected and no more are allowed. Try again later.";
    }

    private static void Refuse(Socket client, string why)
    {
        // A new connection has room for a line, and nobody waits for it if it has not.
        try
        {
            client.Blocking = false;
            client.Send(Encoding.UTF8.GetBytes($"{why}\n\n"));
        }
        catch (SocketException)
        {
            // It went away without waiting for the refusal.
        }
    }

    private void Leave(SnapshotSession session)
    {
        using (_gate.EnterScope())
        {
            _sessions.Remove(session);
            _withoutToken.Remove(session);
            if (session.IsKnown)
            {
                _known--;
            }
        }

        try
        {
            // After the place is free: whoever sees the end of a connection finds room for the next one.
            session.Close();
        }
        finally
        {
            Release();
        }
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
            _ended.TrySetResult();
        }
    }
}
