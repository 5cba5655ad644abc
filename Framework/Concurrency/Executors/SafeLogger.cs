using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>A logger of the user's that throws nothing: what it could not take goes to the standard error stream.</summary>
/// <remarks>Logging throws when one of its providers does, and a report comes from threads on which an exception ends the process.</remarks>
internal sealed class SafeLogger(ILogger inner) : ILogger
{
    /// <summary>A logger that throws nothing.</summary>
    public static ILogger Around(ILogger logger) => logger is SafeLogger or LastResortLogger ? logger : new SafeLogger(logger);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
        catch (Exception)
        {
            // The entries inside come without their scope, or say themselves what is wrong with the logger.
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            // The entry itself finds out, and takes the other way.
            return true;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception error)
        {
            LogElsewhere(logLevel, eventId, state, exception, formatter, error);
        }
    }

    private static void LogElsewhere<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter, Exception reason)
    {
        try
        {
            LastResortLogger.Instance.Log(
                logLevel, eventId, state, exception, (values, error) => $"{formatter(values, error)} (The logger did not take this: {reason.Message})");
        }
        catch (Exception)
        {
            // What cannot even be written as text: there is nothing left to say it with.
        }
    }
}
