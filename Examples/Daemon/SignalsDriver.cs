using System.Runtime.InteropServices;

namespace Concurrency.Examples.Daemon;

/// <summary>Sends SIGHUP and SIGUSR1 to the daemon's own process.</summary>
internal sealed partial class SignalsDriver(ServiceDaemon daemon, DriveLog log)
{
    private const int Hangup = 1;
    private const int User1 = 10;

    public async Task RunAsync(CancellationToken ending)
    {
        do
        {
            var (reopened, logged) = (daemon.Signals.Reopened, daemon.Signals.Logged);
            Send(Hangup);
            Send(User1);
            await log.ExpectAsync("signals: handling SIGHUP", () => daemon.Signals.Reopened > reopened);
            await log.ExpectAsync("signals: handling SIGUSR1", () => daemon.Signals.Logged > logged);
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
        while (!ending.IsCancellationRequested);
    }

    private static void Send(int signal)
    {
        if (Kill(Environment.ProcessId, signal) != 0)
        {
            throw new IOException($"kill({signal}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
