using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

internal static partial class ScopeLog
{
    [LoggerMessage(1, LogLevel.Information, "The scope '{Scope}' is cancelled: {Reason}")]
    public static partial void ScopeCancelled(this ILogger logger, string scope, string reason);

    [LoggerMessage(2, LogLevel.Error, "Work that nobody waits for any more has failed in {Where}.")]
    public static partial void FailedUnawaited(this ILogger logger, string where, Exception error);

    [LoggerMessage(3, LogLevel.Error, "{What} '{Work}' has failed.")]
    public static partial void WorkFailed(this ILogger logger, string what, string work, Exception error);

    [LoggerMessage(4, LogLevel.Error, "{What} '{Work}' of the pool '{Pool}' has failed.")]
    public static partial void PoolWorkFailed(this ILogger logger, string what, string work, string pool, Exception error);
}
