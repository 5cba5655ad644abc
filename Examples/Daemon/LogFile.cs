using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon;

/// <summary>Writes one line per log entry to a file that can be reopened, or to stderr.</summary>
/// <remarks>
/// Lines for stderr are held back until the daemon serves: one that cannot start says why in one sentence and nothing else.
/// A line that cannot be written is lost and counted; whoever logged it goes on.
/// </remarks>
internal sealed class LogFile : ILoggerProvider
{
    private const int MostHeld = 1000;

    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private TextWriter _writer;
    private List<string>? _held;
    private long _lost;

    /// <exception cref="DaemonException">The file cannot be opened.</exception>
    public LogFile(string? path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        try
        {
            _writer = path is null ? Console.Error : Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"The log file '{path}' cannot be opened: {error.Message} Give a writable file with --log.", error);
        }

        _held = path is null ? [] : null;
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Logger(this, name));

    /// <summary>Writes what was held back, and the rest at once.</summary>
    public void Release()
    {
        lock (_gate)
        {
            var held = _held ?? [];
            _held = null;
            held.ForEach(WriteLine);
        }
    }

    /// <summary>Goes on in a new file of the same name, after the old one was moved away; keeps the old one when that fails.</summary>
    /// <returns>False when there is no file, because the log goes to stderr.</returns>
    public bool Reopen()
    {
        if (_path is null)
        {
            return false;
        }

        TextWriter opened = Open(_path);
        lock (_gate)
        {
            (opened, _writer) = (_writer, opened);
        }

        opened.Dispose();
        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_path is not null)
            {
                _writer.Dispose();
            }

            _writer = TextWriter.Null;
        }
    }

    // Without a buffer of its own: what the disk has no room for must not come back with the next line.
    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)) { AutoFlush = true };

    private void Write(string category, LogLevel level, string message, Exception? error)
    {
        var line = $"{Now()} {level} {category}: {message}{(error is null ? "" : $" | {error}")}";
        lock (_gate)
        {
            if (_held is null)
            {
                WriteLine(line);
                return;
            }

            _held.Add(line);
            if (_held.Count == MostHeld)
            {
                Release();
            }
        }
    }

    private void WriteLine(string line)
    {
        try
        {
            if (_lost > 0)
            {
                _writer.WriteLine($"{Now()} {LogLevel.Error} {nameof(LogFile)}: {_lost} lines before this one could not be written.");
                _lost = 0;
            }

            _writer.WriteLine(line);
        }
        catch (IOException error)
        {
            if (_lost++ == 0 && _path is not null)
            {
                Terminal.Complain($"The log file '{_path}' cannot be written: {error.Message}. Its lines are lost until there is room.");
            }
        }
    }

    private string Now() => _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class Logger(LogFile file, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            file.Write(category, logLevel, formatter(state, exception), exception);
    }
}
