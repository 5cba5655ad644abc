using Microsoft.Extensions.Logging;

namespace Concurrency.Executors.Processes;

/// <summary>Every sentence that process executors log.</summary>
internal static partial class ProcessLog
{
    [LoggerMessage(101, LogLevel.Debug, "Worker process {ProcessId} of the process executor '{Executor}' is ready.")]
    public static partial void Ready(ILogger logger, int processId, string executor);

    [LoggerMessage(102, LogLevel.Debug, "Worker process {ProcessId} of the process executor '{Executor}' {Exit}, as it was asked to.")]
    public static partial void Ended(ILogger logger, int processId, string executor, string exit);

    [LoggerMessage(103, LogLevel.Warning, "Worker process {ProcessId} of the process executor '{Executor}' {Exit}; {Requests} requests were in flight.")]
    public static partial void Crashed(ILogger logger, int processId, string executor, string exit, int requests);

    [LoggerMessage(104, LogLevel.Warning, "Worker process {ProcessId} of the process executor '{Executor}' is killed: {Reason}")]
    public static partial void Killed(ILogger logger, int processId, string executor, string reason);

    [LoggerMessage(105, LogLevel.Error, "A worker process could not be started.")]
    public static partial void StartFailed(ILogger logger, Exception error);

    [LoggerMessage(106, LogLevel.Error, "{Reason}")]
    public static partial void GaveUp(ILogger logger, string reason);

    [LoggerMessage(107, LogLevel.Information, "[{ProcessId}] {Line}")]
    public static partial void OutputLine(ILogger logger, int processId, string line);

    [LoggerMessage(108, LogLevel.Warning, "[{ProcessId}] {Line}")]
    public static partial void ErrorLine(ILogger logger, int processId, string line);

    [LoggerMessage(109, LogLevel.Critical, "The process executor '{Executor}' met an error in its own work, in its logger or in its clock; it goes on.")]
    public static partial void Broken(ILogger logger, string executor, Exception error);

    [LoggerMessage(110, LogLevel.Error, "A line that a worker printed could not be logged: {Line}")]
    public static partial void LineLost(ILogger logger, string line, Exception error);
}
