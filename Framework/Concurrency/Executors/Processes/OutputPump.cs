using System.Diagnostics;
using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors.Processes;

/// <summary>Passes what a worker prints to a logger, line by line; a line that is too long is cut into several.</summary>
internal sealed class OutputPump(StreamReader reader, Action<string> log)
{
    private const int LongestLine = 8 * 1024;
    private readonly char[] _buffer = new char[LongestLine];
    private int _filled;

    /// <summary>Begins with the standard output and the standard error of a process.</summary>
    public static void Start(Process process, ILogger logger)
    {
        var id = process.Id;
        Start(process.StandardOutput, line => ProcessLog.OutputLine(logger, id, line));
        Start(process.StandardError, line => ProcessLog.ErrorLine(logger, id, line));
    }

    private static void Start(StreamReader reader, Action<string> log) => _ = new OutputPump(reader, log).RunAsync();

    private async Task RunAsync()
    {
        try
        {
            using (reader)
            {
                while (await reader.ReadAsync(_buffer.AsMemory(_filled)).ConfigureAwait(Executor.Current is not null) is > 0 and var read)
                {
                    _filled += read;
                    PassLines();
                }

                Pass(_filled);
            }
        }
        catch (IOException)
        {
            // The worker took its end of the pipe along; its exit is reported elsewhere.
        }
    }

    private void Log(string line)
    {
        try
        {
            log(line);
        }
        catch (Exception error)
        {
            // A pipe that nobody empties would block the worker at its next line.
            ProcessLog.LineLost(LastResortLogger.Instance, line, error);
        }
    }

    private void PassLines()
    {
        while (_buffer.AsSpan(0, _filled).IndexOf('\n') is >= 0 and var end)
        {
            Pass(end);
            _filled -= end + 1;
            _buffer.AsSpan(end + 1, _filled).CopyTo(_buffer);
        }

        if (_filled == _buffer.Length)
        {
            Pass(_filled);
            _filled = 0;
        }
    }

    private void Pass(int length)
    {
        if (_buffer.AsSpan(0, length).TrimEnd('\r') is { Length: > 0 } line)
        {
            Log(line.ToString());
        }
    }
}
