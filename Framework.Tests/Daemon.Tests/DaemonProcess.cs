using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Concurrency.TestSupport;

namespace Concurrency.Examples.Daemon.Tests;

/// <summary>The daemon as a user runs it: a process with a command line, a ready line and an exit code.</summary>
internal sealed partial class DaemonProcess : IAsyncDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "Daemon");

    private readonly Process _process;
    private readonly Task<string> _errors;
    private string _readyLine = "";

    private DaemonProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public string ReadyLine => _readyLine;

    public Uri Http => new(Field("http"));

    public IPEndPoint Udp => IPEndPoint.Parse(Field("udp"));

    public string UsersFile => Field("users");

    /// <summary>Starts the daemon and waits until it serves.</summary>
    public static async Task<DaemonProcess> StartAsync(params string[] arguments)
    {
        var daemon = Launch(arguments);
        daemon._readyLine = await daemon._process.StandardOutput.ReadLineAsync().Within("the ready line") ?? "";
        Assert.StartsWith("ready ", daemon._readyLine, StringComparison.Ordinal);
        return daemon;
    }

    /// <summary>Runs the daemon to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var daemon = Launch(arguments);
        var output = await daemon._process.StandardOutput.ReadToEndAsync().Within("the end of the output");
        return (await daemon.ExitAsync(), output, await daemon._errors.Within("the end of the errors"));
    }

    /// <summary>Starts the daemon without waiting for anything.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="temporary">Its temporary directory; null for everybody's.</param>
    public static DaemonProcess Launch(string[] arguments, string? temporary = null) => Start(s_program, arguments, temporary);

    /// <summary>Runs a line of the shell in which <c>"$0"</c> is the daemon.</summary>
    public static DaemonProcess LaunchInShell(string line, string temporary) => Start("/bin/sh", ["-c", line, s_program], temporary);

    public void Send(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new IOException($"kill({signal}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Repeats a signal: one that follows the first within a few milliseconds counts as the same.</summary>
    public void SendUntilExit(int signal)
    {
        while (!_process.HasExited && Kill(_process.Id, signal) == 0)
        {
        }
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().Within("the exit of the daemon");
        return _process.ExitCode;
    }

    /// <summary>What the daemon wrote to stdout after its ready line.</summary>
    public Task<string> RestOfOutputAsync() => _process.StandardOutput.ReadToEndAsync().Within("the end of the output");

    public Task<string> ErrorsAsync() => _errors.Within("the end of the errors");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().Within("the end of a killed daemon");
        }

        _process.Dispose();
    }

    private static DaemonProcess Start(string program, string[] arguments, string? temporary)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (temporary is not null)
        {
            start.Environment["TMPDIR"] = temporary;
            // The runtime's diagnostics socket would lie there, too.
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
        }

        return new DaemonProcess(Process.Start(start)!);
    }

    private string Field(string name) => _readyLine.Split(' ').Single(f => f.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
