using Microsoft.Extensions.Logging;

namespace Concurrency.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Information, "The source '{Source}' listens on {EndPoints}.")]
    public static partial void Listening(ILogger logger, string source, string endPoints);

    [LoggerMessage(2, LogLevel.Error,
        "{Method} {Path} was not answered by its handler; the source '{Source}' answered {Status}. Call RespondAsync on every path of the handler.")]
    public static partial void Unanswered(ILogger logger, string method, string path, string source, int status);

    [LoggerMessage(3, LogLevel.Error,
        "The response to {Method} {Path} was begun through HttpContext and not completed; the source '{Source}' closed the connection. Call CompleteAsync.")]
    public static partial void CutOff(ILogger logger, string method, string path, string source);

    [LoggerMessage(4, LogLevel.Warning, "{Method} {Path} was not answered within {Deadline}; the source '{Source}' answered 504.")]
    public static partial void DeadlineExceeded(ILogger logger, string method, string path, TimeSpan deadline, string source);

    [LoggerMessage(5, LogLevel.Warning, "The source '{Source}' is stopping and {Count} requests took longer than {Limit}; their connections were aborted.")]
    public static partial void ConnectionsAborted(ILogger logger, string source, long count, TimeSpan limit);

    [LoggerMessage(6, LogLevel.Error, "The source '{Source}' could not write an answer to {Method} {Path}.")]
    public static partial void AnswerFailed(ILogger logger, Exception error, string source, string method, string path);

    [LoggerMessage(8, LogLevel.Information,
        "The source '{Source}' is stopping; the response to {Method} {Path} was begun and not completed, and its connection was closed.")]
    public static partial void CutOffByStop(ILogger logger, string method, string path, string source);

    [LoggerMessage(7, LogLevel.Error, "A callback registered on HttpExchange.Aborted threw.")]
    public static partial void AbortCallbackFailed(ILogger logger, Exception error);
}
