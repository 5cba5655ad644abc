using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>Every sentence that executors log.</summary>
internal static partial class ExecutorLog
{
    [LoggerMessage(1, LogLevel.Critical, "A callback that was posted to the {Executor} threw, and nobody awaits it.")]
    public static partial void Unhandled(ILogger logger, Executor executor, Exception error);

    [LoggerMessage(2, LogLevel.Critical, "The handler for unhandled exceptions of the {Executor} threw itself.")]
    public static partial void HandlerFailed(ILogger logger, Executor executor, Exception error);

    [LoggerMessage(3, LogLevel.Warning, "{Operation} blocks the {Executor} at {CallSite}. Await instead, or move the work to a pool or a thread of its own. Seen {Occurrences} times.\n{Stack}")]
    public static partial void Blocking(ILogger logger, string operation, Executor executor, string callSite, long occurrences, string stack);

    [LoggerMessage(4, LogLevel.Warning, "A turn of {Method} held the {Executor} for {Duration} on thread {ThreadId}. Split it with Executor.Yield, or move it to a pool.")]
    public static partial void LongTurn(ILogger logger, string method, Executor executor, TimeSpan duration, int threadId);

    [LoggerMessage(5, LogLevel.Warning, "A turn has held the {Executor} for at least {Duration} on thread {ThreadId} and has not ended. Its method is reported when it ends; a stack dump shows it now.")]
    public static partial void LongTurnRunning(ILogger logger, Executor executor, TimeSpan duration, int threadId);

    [LoggerMessage(6, LogLevel.Error, "A callback registered on the stopping token of the {Executor} threw.")]
    public static partial void StoppingCallbackFailed(ILogger logger, Executor executor, Exception error);

    [LoggerMessage(7, LogLevel.Error, "The {Executor} was disposed {Patience} ago, and a turn on it has not returned. Its thread is left behind.")]
    public static partial void TurnNeverEnded(ILogger logger, Executor executor, TimeSpan patience);

    [LoggerMessage(8, LogLevel.Warning, "The {Executor} ended with {InFlight} pieces of work that ignored their cancellation for {Timeout}; what remains of them runs on the .NET thread pool.")]
    public static partial void WorkLeftBehind(ILogger logger, Executor executor, int inFlight, TimeSpan timeout);

    [LoggerMessage(9, LogLevel.Error, "A report callback of the {Executor} threw.")]
    public static partial void ReportCallbackFailed(ILogger logger, Executor executor, Exception error);

    [LoggerMessage(10, LogLevel.Warning, "New work has waited {Wait} for a thread of the {Executor}; {Threads} are busy. Await instead of blocking, or raise the maximum.\n{Busy}")]
    public static partial void Starved(ILogger logger, TimeSpan wait, Executor executor, int threads, string busy);

    [LoggerMessage(11, LogLevel.Error, "The {Executor} has {Threads} threads and got no other from the system; its work waits for them, or for the next attempt. Raise the system's limit, or lower the pool's maximum. Seen {Occurrences} times.")]
    public static partial void NoThread(ILogger logger, Executor executor, int threads, long occurrences, Exception error);
}
