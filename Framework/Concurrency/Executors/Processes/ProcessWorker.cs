using System.Net.Sockets;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>Makes a program that was started by a <see cref="ProcessExecutor"/> its worker.</summary>
public static class ProcessWorker
{
    /// <summary>Serves as a worker if this process was started as one, and returns at once if it was not.</summary>
    /// <remarks>
    /// <para>The first statement of Main: <c>if (await ProcessWorker.TryRunAsync(catalog)) return;</c>. Nothing that runs before it
    /// may have effects, as it runs in each worker too.</para>
    /// <para>A worker ends when its executor closes the connection or dies, also while work runs: that work is cancelled, and the
    /// process ends even if it does not listen. SIGINT, SIGTERM and SIGHUP, which a terminal and service managers send to the
    /// workers as well, are ignored meanwhile: the parent decides. Standard input is empty.</para>
    /// </remarks>
    /// <param name="catalog">The same that the executor has.</param>
    /// <returns>True when this process was a worker and its Main has to return; false when the program should go on.</returns>
    public static async Task<bool> TryRunAsync(ProcessWorkCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (Environment.GetEnvironmentVariable(Handshake.Variable) is not { Length: > 0 } address)
        {
            return false;
        }

        // What the work starts is no worker of this executor.
        Environment.SetEnvironmentVariable(Handshake.Variable, null);
        PosixSignalRegistration[] ignored = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(Ignore)];
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(address));
            await new WorkerSession(catalog, socket).RunAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (SocketException)
        {
            // The executor was gone before its worker had started.
            Environment.ExitCode = 1;
        }
        finally
        {
            foreach (var registration in ignored)
            {
                registration.Dispose();
            }
        }

        return true;
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, static context => context.Cancel = true);
}
