using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>Starts this program again as a worker and waits for its first words.</summary>
/// <remarks>
/// The connection is a UNIX domain socket in a directory that only this user can enter. Pipe ends that a child inherits would
/// also be inherited by every other process that is started meanwhile, here or by the work, and would keep the death of a worker
/// or of the parent from being seen; sockets are never inherited.
/// </remarks>
internal sealed class WorkerLauncher
{
    private readonly ProcessExecutorOptions _options;
    private readonly ProcessWorkCatalog _catalog;
    private readonly string _program;
    private readonly string[] _arguments;

    public WorkerLauncher(ProcessExecutorOptions options, ProcessWorkCatalog catalog)
    {
        _options = options;
        _catalog = catalog;
        _program = options.FileName ?? Environment.ProcessPath
            ?? throw new ArgumentException("The path of this program is unknown. Set FileName and Arguments to how it is started.", nameof(options));
        _arguments = [.. options.FileName is null ? OwnLibrary(_program) : [], .. options.Arguments];
    }

    /// <summary>Starts a process and returns it as a worker when it has answered.</summary>
    /// <exception cref="WorkerStartException">It could not be started, or it did not answer, or it is another program.</exception>
    /// <exception cref="OperationCanceledException">The executor is stopping; the process has been killed.</exception>
    public async Task<WorkerProcess> LaunchAsync(CancellationToken stopping)
    {
        var folder = Directory.CreateTempSubdirectory("worker-");
        try
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var address = Path.Combine(folder.FullName, "socket");
            listener.Bind(new UnixDomainSocketEndPoint(address));
            listener.Listen(1);
            return await GreetAsync(Start(address), listener, stopping).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            Delete(folder);
        }
    }

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody cleans the directory of temporary files; the connection does not need its name any more.
        }
    }

    private static string[] OwnLibrary(string program) =>
        Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
            : [];

    private Process Start(string address)
    {
        var logsOutput = _options.Output == WorkerOutput.Log;
        var start = new ProcessStartInfo(_program, _arguments)
        {
            // A worker that reads its standard input finds its end, and not what was meant for the parent.
            RedirectStandardInput = true,
            RedirectStandardOutput = logsOutput,
            RedirectStandardError = logsOutput,
        };
        start.Environment[Handshake.Variable] = address;
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            if (logsOutput)
            {
                OutputPump.Start(process, _options.Logger);
            }

            return process;
        }
        catch (Win32Exception error)
        {
            throw new WorkerStartException(ProcessMessages.NotStarted(_options.Name, _program, error), error);
        }
    }

    private async Task<WorkerProcess> GreetAsync(Process process, Socket listener, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(_options.StartTimeout, _options.TimeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        var exited = process.WaitForExitAsync(CancellationToken.None);
        var greeting = GreetAsync(process, listener.AcceptAsync(end.Token), end.Token);
        await Task.WhenAny(greeting, exited).ConfigureAwait(Executor.Current is not null);
        var hasExited = exited.IsCompleted && !greeting.IsCompleted;
        if (hasExited)
        {
            await end.CancelAsync().ConfigureAwait(Executor.Current is not null);
        }

        try
        {
            return await greeting.ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            var wasSilent = error is OperationCanceledException && !hasExited;
            WorkerProcess.Kill(process);
            await exited.ConfigureAwait(Executor.Current is not null);
            stopping.ThrowIfCancellationRequested();
            throw Failure(process, error, wasSilent);
        }
    }

    private WorkerStartException Failure(Process process, Exception error, bool wasSilent)
    {
        var (id, exit) = (process.Id, WorkerExit.Of(process.ExitCode, announced: false));
        process.Dispose();
        return error switch
        {
            WorkerStartException refused => refused,
            _ when wasSilent => new(ProcessMessages.Silent(_options.Name, id, _program, _options.StartTimeout), error),
            InvalidDataException => new(ProcessMessages.WrongWords(_options.Name, id, _program, $"broke the protocol: {error.Message}"), error),
            _ => new(ProcessMessages.NeverAnswered(_options.Name, id, _program, exit), error),
        };
    }

    private async Task<WorkerProcess> GreetAsync(Process process, ValueTask<Socket> accepting, CancellationToken cancellationToken)
    {
        var socket = await accepting.ConfigureAwait(Executor.Current is not null);
        try
        {
            var incoming = new FrameStream(new NetworkStream(socket, ownsSocket: false));
            var hello = await incoming.ReadAsync(Handshake.LimitBytes, cancellationToken).ConfigureAwait(Executor.Current is not null)
                ?? throw new EndOfStreamException("The connection ended before a word was said.");
            if (Handshake.Objection(hello, _catalog) is { } objection)
            {
                throw new WorkerStartException(ProcessMessages.WrongWords(_options.Name, process.Id, _program, objection));
            }

            await socket.SendAsync(Handshake.Welcome(_options), cancellationToken).ConfigureAwait(Executor.Current is not null);
            return new WorkerProcess(process, socket, incoming, _options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
