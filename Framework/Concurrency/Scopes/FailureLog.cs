using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

internal static partial class FailureLog
{
    [LoggerMessage(EventId = 1, Message = "'{Action}' has been running for {Elapsed}, longer than {Limit}.")]
    public static partial void TakesLong(this ILogger logger, LogLevel level, string action, TimeSpan elapsed, TimeSpan limit);

    [LoggerMessage(EventId = 2, Message = "'{Action}' has ended after {Elapsed}, longer than {Limit}: {How}.")]
    public static partial void TookLong(this ILogger logger, LogLevel level, string action, TimeSpan elapsed, TimeSpan limit, string how);

    [LoggerMessage(3, LogLevel.Error, "Cleaning up after '{Original}' has failed itself; the original error goes on.")]
    public static partial void CleanupFailed(this ILogger logger, string original, Exception error);

    [LoggerMessage(4, LogLevel.Error, "'{Name}' has failed and is tried again: {Message} ({Count} times since the last line of this)")]
    public static partial void TriedAgain(this ILogger logger, string name, string message, long count, Exception error);
}
