using Microsoft.Extensions.Logging;

namespace Concurrency.Coordination;

internal static partial class CoordinationLog
{
    [LoggerMessage(1, LogLevel.Debug, "The lock '{Name}' was taken after a wait of {Waited}.")]
    public static partial void LockTaken(this ILogger logger, string name, TimeSpan waited);

    [LoggerMessage(2, LogLevel.Debug, "The lock '{Name}' was released after {Held}.")]
    public static partial void LockReleased(this ILogger logger, string name, TimeSpan held);

    [LoggerMessage(3, LogLevel.Warning, "The lock '{Name}' was waited for {Waited}, longer than {Limit}.")]
    public static partial void LockWaitedLong(this ILogger logger, string name, TimeSpan waited, TimeSpan limit);

    [LoggerMessage(4, LogLevel.Warning, "The lock '{Name}' was held for {Held}, longer than {Limit}.")]
    public static partial void LockHeldLong(this ILogger logger, string name, TimeSpan held, TimeSpan limit);

    [LoggerMessage(5, LogLevel.Debug, "The lock '{Name}' was not taken after a wait of {Waited}.")]
    public static partial void LockNotTaken(this ILogger logger, string name, TimeSpan waited);
}
