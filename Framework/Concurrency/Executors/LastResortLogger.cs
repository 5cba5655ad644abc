using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>Writes warnings and errors to the standard error stream: where an executor reports that was given no logger.</summary>
/// <remarks>A report that nobody sees is worth nothing, and the author of three lines of code has configured no logging yet.</remarks>
internal sealed class LastResortLogger : ILogger
{
    private LastResortLogger()
    {
    }

    public static LastResortLogger Instance { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var text = $"{(logLevel == LogLevel.Warning ? "warning" : "error")}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}";
        try
        {
#pragma warning disable RS0030 // The one place where the library writes by itself: the alternative is that nobody learns of it.
            Console.Error.WriteLine(text);
#pragma warning restore RS0030
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // The stream is closed: there is no other place left to say so.
        }
    }
}
