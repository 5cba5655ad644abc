using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>The sentences about tasks that nobody awaits.</summary>
internal static partial class TaskFailureLog
{
    [LoggerMessage(40, LogLevel.Error, "'{Name}' failed on the {Executor}, and nobody had awaited it when the executor ended. Await what RunAsync returns, or call Forget on it. {Origin}")]
    public static partial void Unseen(ILogger logger, string name, Executor executor, string origin, Exception error);

    [LoggerMessage(41, LogLevel.Error, "The forgotten task '{Name}' failed. It was forgotten at {CreatedAt}.")]
    public static partial void Forgotten(ILogger logger, string name, string? createdAt, Exception error);

    [LoggerMessage(42, LogLevel.Error, "The callback for the failure of the forgotten task '{Name}' threw itself.")]
    public static partial void SinkFailed(ILogger logger, string name, Exception error);

    [LoggerMessage(43, LogLevel.Error, "{LeftOut} failures of tasks on the {Executor} that nobody had awaited were counted and not logged. The one that follows is number {Number}.")]
    public static partial void UnseenLeftOut(ILogger logger, long leftOut, Executor executor, long number);

    [LoggerMessage(44, LogLevel.Error, "{LeftOut} more tasks failed on the {Executor} that nobody had awaited when it ended, {Number} in all. ExecutorOptions.OnUnseenFailure receives each of them.")]
    public static partial void UnseenLeftOutAtEnd(ILogger logger, long leftOut, Executor executor, long number);
}
