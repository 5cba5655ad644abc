using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

internal static partial class PoolLog
{
    [LoggerMessage(1, LogLevel.Error, "The pool '{Pool}' could not close an item cleanly; its place is free all the same.")]
    public static partial void CloseFailed(this ILogger logger, string pool, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "The pool '{Pool}' could not make a returned item ready for its next user, and closes it.")]
    public static partial void ResetFailed(this ILogger logger, string pool, Exception error);

    [LoggerMessage(3, LogLevel.Warning, "The pool '{Pool}' could not find out whether an item is still good, and closes it.")]
    public static partial void ValidateFailed(this ILogger logger, string pool, Exception error);

    [LoggerMessage(4, LogLevel.Warning, "The pool '{Pool}' could not make an item that nobody waits for.")]
    public static partial void CreateFailedUnawaited(this ILogger logger, string pool, Exception error);

    [LoggerMessage(5, LogLevel.Warning, "A callback failed when the pool '{Pool}' cancelled its work.")]
    public static partial void CancelFailed(this ILogger logger, string pool, Exception error);

    [LoggerMessage(6, LogLevel.Warning, "The work of '{Key}' in the pool '{Pool}' has failed after it had posted its own value; the value stays.")]
    public static partial void FailedAfterPost(this ILogger logger, string pool, string key, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "The pool '{Pool}' ends, and nobody has looked at the failure of '{Key}'.")]
    public static partial void FailureUnseen(this ILogger logger, string pool, string key, Exception error);
}
