using Microsoft.Extensions.Logging;

namespace Concurrency.Patterns;

internal static partial class ComponentLog
{
    [LoggerMessage(1, LogLevel.Error, "The handler of the component '{Component}' failed; the component stops.")]
    public static partial void HandlerFailedAndStops(this ILogger logger, string component, Exception error);

    [LoggerMessage(2, LogLevel.Error, "The handler of the component '{Component}' failed; it goes on with the next event.")]
    public static partial void HandlerFailed(this ILogger logger, string component, Exception error);

    [LoggerMessage(3, LogLevel.Error, "The component '{Component}' failed; it goes on in {Delay} (failure {Count} of {Maximum} within {Period}).")]
    public static partial void Restarts(this ILogger logger, string component, TimeSpan delay, int count, int maximum, TimeSpan period, Exception error);

    [LoggerMessage(4, LogLevel.Error, "An event of the component '{Component}' could not be disposed after its handler had ended.")]
    public static partial void DisposalFailed(this ILogger logger, string component, Exception error);

    [LoggerMessage(6, LogLevel.Error, "A step of the end of the component '{Component}' failed.")]
    public static partial void StepFailed(this ILogger logger, string component, Exception error);

    [LoggerMessage(5, LogLevel.Error, "The component '{Component}' has failed.")]
    public static partial void Failed(this ILogger logger, string component, Exception error);
}
