using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Concurrency.TestSupport;

/// <summary>Keeps what is logged.</summary>
public sealed class ListLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Message, Exception? Error)> _entries = [];
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first entry.</summary>
    public Task Written => _written.Task;

    public IReadOnlyList<string> Messages => [.. _entries.Select(e => e.Message)];

    public IReadOnlyList<Exception> Errors => [.. _entries.Where(e => e.Error is not null).Select(e => e.Error!)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue((logLevel, formatter(state, exception), exception));
        _written.TrySetResult();
    }
}
