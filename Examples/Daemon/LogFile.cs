using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon;

/// <summary>Writes one line per log entry to a file that can be reopened, or to stderr.</summary>
internal sealed class LogFile : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private TextWriter _writer;

    /// <exception cref="DaemonException">The file cannot be opened.</exception>
    public LogFile(string? path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        try
        {
            _writer = Open();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"The log file '{path}' cannot be opened: {error.Message} Give a writable file with --log.", error);
        }
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Logger(this, name));

    /// <summary>Goes on in a new file of the same name, after the old one was moved away; keeps the old one when that fails.</summary>
    public void Reopen()
    {
        var opened = Open();
        lock (_gate)
        {
            (opened, _writer) = (_writer, opened);
        }

        if (_path is not null)
        {
            opened.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer.Flush();
            if (_path is not null)
            {
                _writer.Dispose();
                _writer = TextWriter.Null;
            }
        }
    }

    private TextWriter Open() => _path is null
        ? Console.Error
        : new StreamWriter(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };

    private void Write(string category, LogLevel level, string message, Exception? error)
    {
        var time = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = $"{time} {level} {category}: {message}{(error is null ? "" : $" | {error}")}";
        lock (_gate)
        {
            _writer.WriteLine(line);
        }
    }

    private sealed class Logger(LogFile file, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            file.Write(category, logLevel, formatter(state, exception), exception);
    }
}
