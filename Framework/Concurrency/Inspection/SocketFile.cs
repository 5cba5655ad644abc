using System.Globalization;
using System.Net.Sockets;
using Concurrency.Interop;
using Microsoft.Extensions.Logging;

namespace Concurrency.Inspection;

/// <summary>Opens a UNIX domain socket at a path: for its owner only, over what a dead process left, and never over a live one.</summary>
internal static class SocketFile
{
    private const int Backlog = 128;
    private const int LongestPath = 107;

    /// <summary>The path for this process.</summary>
    public static string Resolve(string path)
    {
        var own = Path.GetFullPath(path.Replace("{pid}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var length = System.Text.Encoding.UTF8.GetByteCount(own);
        return length <= LongestPath
            ? own
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The socket path '{own}' has {length} bytes, and the system has room for {LongestPath}. Choose a shorter directory."));
    }

    /// <summary>Listens at a path.</summary>
    /// <exception cref="IOException">Another process listens there, a file that is no socket is in the way, or the directory cannot be written.</exception>
    public static Socket Listen(string path, ILogger logger)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            throw new IOException($"The directory of the socket '{path}' does not exist. Make '{directory}' first, readable for the user of the daemon only.");
        }

        // Two servers that find the same stale file would each remove the other's new one.
        try
        {
            using var taken = FileLock.TryTake(Guard(path)) ?? throw Occupied(path, "another process is opening it at this moment");
            RemoveStale(path, logger);
            return Bind(path);
        }
        finally
        {
            RemoveGuard(path);
        }
    }

    /// <summary>Closes the socket and removes its file, and never that of a server which opens the path at this moment.</summary>
    public static void Close(Socket socket, string path)
    {
        IDisposable? taken = null;
        try
        {
            taken = FileLock.TryTake(Guard(path));
        }
        catch (IOException)
        {
            // The directory is gone, and with it what was to be removed.
        }

        using (taken)
        {
            // .NET removes the file that it has bound.
            socket.Dispose();
        }

        RemoveGuard(path);
    }

    private static string Guard(string path) => path + ".lock";

    private static void RemoveGuard(string path)
    {
        try
        {
            FileLock.TryRemove(Guard(path));
        }
        catch (IOException)
        {
            // An empty file stays; whoever comes next uses it.
        }
    }

    private static Socket Bind(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));

            // Before it listens nobody can connect, so there is no moment at which others could.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException(
                $"The socket '{path}' cannot be opened: {error.Message} ({error.SocketErrorCode}). Its directory must be writable for this process.", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveStale(string path, ILogger logger)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        if (!FileKind.IsSocket(path))
        {
            throw new IOException($"'{path}' exists and is no socket that this process can recognise. Choose another path, or remove the file.");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            SnapshotServerLog.StaleFileReplaced(logger, path);
            return;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
        {
            // Somebody listens and has too many clients to take another one: alive all the same.
            throw Occupied(path, "another process listens there");
        }
        catch (SocketException error)
        {
            throw Occupied(path, $"what listens there does not answer: {error.Message}");
        }

        throw Occupied(path, "another process listens there");
    }

    private static IOException Occupied(string path, string why) => new(
        $"The socket '{path}' cannot be opened: {why}. Put {{pid}} into the path, so that each process has a socket of its own.");
}
