using Microsoft.Extensions.Logging;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Keeps what is logged, and tells when a line came.</summary>
internal sealed class LineLogger : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Predicate<string> IsIt, TaskCompletionSource<string> Found)> _waits = [];

    /// <summary>Completes with the first line that is this one.</summary>
    public Task<string> LoggedAsync(string line) => LoggedAsync(other => other == line);

    /// <summary>Completes with the first line that is one of these.</summary>
    public Task<string> LoggedAsync(Predicate<string> isIt)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Find(isIt) is { } line)
            {
                found.SetResult(line);
            }
            else
            {
                _waits.Add((isIt, found));
            }
        }

        return found.Task;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var wait in _waits.Where(wait => wait.IsIt(line)).ToArray())
            {
                _waits.Remove(wait);
                wait.Found.SetResult(line);
            }
        }
    }
}
