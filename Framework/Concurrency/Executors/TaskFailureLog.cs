using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>The sentences about tasks that nobody awaits.</summary>
internal static partial class TaskFailureLog
{
    [LoggerMessage(40, LogLevel.Error, "'{Name}' failed on the {Executor}, and nobody had awaited it when the executor ended. Await what RunAsync returns, or call Forget on it. It was started\n{CreatedAt}")]
    public static partial void Unseen(ILogger logger, string name, Executor executor, string createdAt, Exception error);

    [LoggerMessage(41, LogLevel.Error, "The forgotten task '{Name}' failed. It was forgotten at {CreatedAt}.")]
    public static partial void Forgotten(ILogger logger, string name, string? createdAt, Exception error);

    [LoggerMessage(42, LogLevel.Error, "The callback for the failure of the forgotten task '{Name}' threw itself.")]
    public static partial void SinkFailed(ILogger logger, string name, Exception error);
}
