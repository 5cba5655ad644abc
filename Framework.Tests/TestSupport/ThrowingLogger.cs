using Microsoft.Extensions.Logging;

namespace Concurrency.TestSupport;

/// <summary>A logger whose disk is full: it throws as the loggers of Microsoft.Extensions.Logging do when a provider throws.</summary>
public sealed class ThrowingLogger : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        throw new AggregateException("An error occurred while writing to logger(s).", new IOException("disk full"));
}
