using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Concurrency.TestSupport;

/// <summary>Keeps what is logged, whoever asks for the logger: as a logger, as a factory and as a provider.</summary>
public sealed class ListLogger : ILogger, ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Message, Exception? Error)> _entries = [];
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first entry.</summary>
    public Task Written => _written.Task;

    public IReadOnlyList<string> Messages => [.. _entries.Select(e => e.Message)];

    /// <summary>Each entry as "Level: message".</summary>
    public IReadOnlyList<string> Lines => [.. _entries.Select(e => $"{e.Level}: {e.Message}")];

    public IReadOnlyList<Exception> Errors => [.. _entries.Where(e => e.Error is not null).Select(e => e.Error!)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue((logLevel, formatter(state, exception), exception));
        _written.TrySetResult();
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
