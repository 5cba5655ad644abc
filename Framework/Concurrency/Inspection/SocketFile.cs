using System.Globalization;
using System.Net.Sockets;
using Concurrency.Interop;
using Microsoft.Extensions.Logging;

namespace Concurrency.Inspection;

/// <summary>Opens a UNIX domain socket at a path: for its owner only, over what a dead process left, and never over a live one.</summary>
internal static class SocketFile
{
    private const int Backlog = 128;
    private const int SuffixLength = 5;

    // What the system has room for, without the mark and the suffix of the name that a socket has at first.
    private const int LongestPath = 107 - 1 - SuffixLength;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    /// <summary>The path for this process.</summary>
    public static string Resolve(string path)
    {
        var own = Path.GetFullPath(path.Replace("{pid}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var length = System.Text.Encoding.UTF8.GetByteCount(own);
        return length <= LongestPath
            ? own
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The socket path '{own}' has {length} bytes, and there is room for {LongestPath}. Choose a shorter directory."));
    }

    /// <summary>Listens at a path; the identity of its file, if the system tells it, is to be given to <see cref="Close"/>.</summary>
    /// <exception cref="IOException">Another process listens there, a file that is no socket is in the way, or the directory cannot be written.</exception>
    public static Socket Listen(string path, ILogger logger, out (ulong Inode, ulong Device)? own)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            throw new IOException($"The directory of the socket '{path}' does not exist. Make '{directory}' first, readable for the user of the daemon only.");
        }

        // Two servers that find the same stale file would each remove the other's new one.
        try
        {
            using var taken = FileLock.TryTake(Guard(path), ownerOnly: true) ?? throw Occupied(path, "another process is opening it at this moment");
            RemoveStale(path, logger);
            return Bind(path, out own);
        }
        finally
        {
            RemoveGuard(path);
        }
    }

    /// <summary>Closes the socket and removes its file, and never that of another server which has come to the path since.</summary>
    public static void Close(Socket socket, string path, (ulong Inode, ulong Device)? own)
    {
        using (WaitForGuard(path))
        {
            // While it still listens, so that nobody takes the file for a dead one and replaces it in between. That holds without
            // the guard as well, which a process may have taken and then stopped.
            Remove(path, own);
            socket.Dispose();
        }

        RemoveGuard(path);
    }

    private static IDisposable? WaitForGuard(string path)
    {
        IDisposable? taken = null;
        try
        {
            // Whoever has it opens or removes a file, which takes no time.
            SpinWait.SpinUntil(() => (taken = FileLock.TryTake(Guard(path), ownerOnly: true)) is not null, s_patience);
        }
        catch (IOException)
        {
            // The directory is gone, and with it what was to be removed.
        }

        return taken;
    }

    private static void Remove(string path, (ulong Inode, ulong Device)? own)
    {
        try
        {
            if (own is null || FileKind.IdentityOf(path) == own)
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays, and whoever opens the path next finds nobody listening and replaces it.
        }
    }

    private static string Guard(string path) => path + ".lock";

    private static void RemoveGuard(string path)
    {
        try
        {
            FileLock.TryRemove(Guard(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An empty file stays; whoever comes next uses it.
        }
    }

    /// <summary>Binds to another name, which is given up for the path: .NET removes the name that it has bound, whosever file that is by then.</summary>
    private static Socket Bind(string path, out (ulong Inode, ulong Device)? own)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var first = path + "~" + Path.GetRandomFileName()[..SuffixLength];
            socket.Bind(new UnixDomainSocketEndPoint(first));

            // Before it listens nobody can connect, so there is no moment at which others could.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(first, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            own = FileKind.IdentityOf(first);
            socket.Listen(Backlog);
            File.Move(first, path);
            return socket;
        }
        catch (Exception error) when (error is SocketException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new IOException($"The socket '{path}' cannot be opened: {error.Message} Its directory must be writable for this process.", error);
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
            DeleteStale(path);
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

    private static void DeleteStale(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"The file '{path}' of a process that has ended cannot be removed: {error.Message} Its directory must be writable for this process.", error);
        }
    }

    private static IOException Occupied(string path, string why) => new(
        $"The socket '{path}' cannot be opened: {why}. Put {{pid}} into the path, so that each process has a socket of its own.");
}
