using System.Diagnostics;
using Concurrency.Bench.Interop;

namespace Concurrency.Bench.Executors;

/// <summary>The daemon of Examples/Daemon as a child process that nobody asks for anything.</summary>
internal sealed class IdleDaemon : IAsyncDisposable
{
    private const string ReadyWord = "ready ";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private Process? _process;
    private Task<string> _errors = Task.FromResult("");

    /// <summary>What the daemon used so far, its start included.</summary>
    public TimeSpan ProcessorTime => _process is { HasExited: false } daemon
        ? LibC.ProcessorTime(daemon.Id)
        : throw new InvalidOperationException("The daemon does not run. Start it, and see its errors if it ended by itself.");

    /// <summary>Starts the daemon and waits until it serves.</summary>
    public async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Daemon");
        _process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"The daemon '{program}' did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
        var line = "";
        try
        {
            line = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience);
        }
        finally
        {
            if (line?.StartsWith(ReadyWord, StringComparison.Ordinal) != true)
            {
                SelfProcess.End(_process);
                _process = null;
            }
        }

        if (_process is null)
        {
            throw new InvalidOperationException($"The daemon '{program}' said '{line}' instead of '{ReadyWord}...': {await _errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } daemon)
        {
            return;
        }

        try
        {
            _ = LibC.Kill(daemon.Id, LibC.SigTerm);
            await daemon.WaitForExitAsync().WaitAsync(s_patience);
            if (daemon.ExitCode != 0)
            {
                throw new InvalidOperationException($"The daemon ended with the exit code {daemon.ExitCode}: {await _errors}");
            }
        }
        finally
        {
            SelfProcess.End(daemon);
        }
    }
}
