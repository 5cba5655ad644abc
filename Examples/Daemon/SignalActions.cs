using System.Runtime.InteropServices;
using System.Text.Json;
using Concurrency.Sources.Signals;
using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon;

/// <summary>SIGHUP reopens the log file if there is one, SIGUSR1 logs the statistics.</summary>
internal sealed partial class SignalActions(LogFile log, Func<StatsReport> statistics, ILogger<SignalActions> logger)
{
    public const PosixSignal UserSignal1 = (PosixSignal)10;

    private readonly ILogger _logger = logger;
    private int _reopened;
    private int _logged;

    /// <summary>How often SIGHUP was handled.</summary>
    public int Reopened => Volatile.Read(ref _reopened);

    /// <summary>How often SIGUSR1 was handled.</summary>
    public int Logged => Volatile.Read(ref _logged);

    public void Handle(SignalEvent signal, CancellationToken cancellationToken)
    {
        if (signal.Signal == PosixSignal.SIGHUP)
        {
            if (log.Reopen())
            {
                LogReopened();
            }
            else
            {
                LogNotReopened();
            }

            Interlocked.Increment(ref _reopened);
            return;
        }

        LogStatistics(JsonSerializer.Serialize(statistics(), DaemonJson.Default.StatsReport));
        Interlocked.Increment(ref _logged);
    }

    [LoggerMessage(LogLevel.Information, "Received SIGHUP: the log was reopened.")]
    private partial void LogReopened();

    [LoggerMessage(LogLevel.Information, "Received SIGHUP: the log goes to stderr, so there is no file to open again.")]
    private partial void LogNotReopened();

    [LoggerMessage(LogLevel.Information, "Received SIGUSR1: {Statistics}")]
    private partial void LogStatistics(string statistics);
}
