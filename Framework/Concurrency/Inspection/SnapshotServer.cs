using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Inspection;

/// <summary>Shows the <see cref="ConcurrencySnapshot"/> of this process to whoever may connect: to a person with <c>nc -U</c> and to programs.</summary>
/// <remarks>
/// <para>It listens from its construction to its disposal. A client sends one command a line (<c>help</c> lists them); each answer ends
/// with an empty line. It changes nothing in the process, except that clients may turn the tracking of tasks on where the options
/// allow it. There is no command that runs code.</para>
/// <para>Who may connect: to the UNIX socket the user of this process only, by the rights of the file; to the TCP port whoever is on
/// this machine and knows the token.</para>
/// <para>Each listener and each client has a thread, so that it answers while every executor is stuck and the .NET pool is starved,
/// and a client that does not take its answer holds up nobody else.</para>
/// </remarks>
public sealed class SnapshotServer : IAsyncDisposable
{
    private readonly List<SnapshotListener> _listeners = [];

    /// <summary>Opens what the options name and begins to serve.</summary>
    /// <param name="options">Where to listen, and the limits.</param>
    /// <exception cref="ArgumentException">There is nowhere to listen, the token is missing or weak, or the path is too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    /// <exception cref="IOException">Another process has the socket, every port is taken, or the directory is missing; nothing is open then.</exception>
    public SnapshotServer(SnapshotServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var path = options.SocketPath is null ? null : SocketFile.Resolve(options.SocketPath);
        var port = options.TcpPorts is { } ports ? ListenOnLoopback(ports) : null;
        try
        {
            SocketPath = path;
            if (path is not null)
            {
                var socket = SocketFile.Listen(path, options.Log, out var own);
                _listeners.Add(new SnapshotListener(() => SocketFile.Close(socket, path, own), socket, path, options));
            }
        }
        catch
        {
            port?.Dispose();
            throw;
        }

        if (port is not null)
        {
            TcpEndPoint = (IPEndPoint)port.LocalEndPoint!;
            _listeners.Add(new SnapshotListener(port.Dispose, port, TcpEndPoint.ToString(), options) { NeedsToken = true });
        }

        StartAll();
    }

    /// <summary>The full path of the UNIX socket, with the number of the process in it; null if there is none.</summary>
    public string? SocketPath { get; }

    /// <summary>The address and port that were free; null if there is no TCP port.</summary>
    public IPEndPoint? TcpEndPoint { get; }

    /// <summary>How many clients are connected at this moment.</summary>
    public int Clients => _listeners.Sum(static listener => listener.Clients);

    /// <summary>Disconnects every client, removes the socket file, and completes when no thread is left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync().ConfigureAwait(Executor.Current is not null);
        }
    }

    private void StartAll()
    {
        try
        {
            _listeners.ForEach(static listener => listener.Start());
        }
        catch
        {
            // The sockets are closed before the first wait; the threads that run end by themselves.
            _listeners.ForEach(static listener => _ = listener.DisposeAsync().AsTask());
            throw;
        }
    }

    private static Socket ListenOnLoopback(PortRange ports)
    {
        SocketException? last = null;
        for (var port = ports.First; port <= ports.Last; port++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen();
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                last = error;
            }
        }

        throw new IOException(string.Create(CultureInfo.InvariantCulture,
            $"No port of {ports} on {IPAddress.Loopback} can be opened: {last!.Message} Give a longer range, or 0 for any free port."), last);
    }
}
