using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Components;

internal static partial class ComponentHostLog
{
    [LoggerMessage(1, LogLevel.Critical, "The component '{Component}' gave up, and the host stops: {Cause}")]
    public static partial void ComponentGaveUp(this ILogger logger, string component, string cause);

    [LoggerMessage(2, LogLevel.Information, "Shutdown: accepting nothing new, finishing what was accepted within {Timeout}.")]
    public static partial void ShutdownBegins(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(3, LogLevel.Warning, "Shutdown: {Components} still had work after {Elapsed}; it was cancelled.")]
    public static partial void ShutdownCancels(this ILogger logger, string components, TimeSpan elapsed);

    [LoggerMessage(4, LogLevel.Error, "Shutdown: abandoned, because the cancellation was ignored: {Components}.")]
    public static partial void ShutdownAbandons(this ILogger logger, string components);

    [LoggerMessage(5, LogLevel.Information, "Shutdown: done, {Undelivered} events were not delivered.")]
    public static partial void ShutdownDone(this ILogger logger, long undelivered);

    [LoggerMessage(6, LogLevel.Error, "Shutdown: the component '{Component}' could not be ended cleanly.")]
    public static partial void EndFailed(this ILogger logger, string component, Exception error);

    [LoggerMessage(7, LogLevel.Information, "Received {Signal}: stopping.")]
    public static partial void SignalStops(this ILogger logger, string signal);

    [LoggerMessage(8, LogLevel.Warning, "Received {Signal} again: stopping at once.")]
    public static partial void SignalAborts(this ILogger logger, string signal);
}
