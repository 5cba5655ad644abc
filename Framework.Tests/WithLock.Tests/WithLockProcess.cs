using System.Diagnostics;
using System.Runtime.InteropServices;
using Concurrency.TestSupport;

namespace Concurrency.Examples.WithLock.Tests;

/// <summary>The program as a user runs it.</summary>
internal sealed partial class WithLockProcess : IAsyncDisposable
{
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "WithLock");

    private readonly Process _process;

    private WithLockProcess(Process process) => _process = process;

    /// <summary>The file of the program.</summary>
    public static string Program => s_program;

    public static WithLockProcess Start(params string[] arguments) => StartIn(string.Empty, arguments);

    public static WithLockProcess StartIn(string workingDirectory, params string[] arguments) => StartOf(s_program, workingDirectory, arguments);

    /// <summary>Starts another program, which starts this one.</summary>
    public static WithLockProcess StartOf(string program, string workingDirectory, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new WithLockProcess(Process.Start(start)!);
    }

    /// <summary>Runs the program to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => RunInAsync(string.Empty, arguments);

    public static async Task<(int ExitCode, string Output, string Errors)> RunInAsync(string workingDirectory, params string[] arguments)
    {
        await using var program = StartIn(workingDirectory, arguments);
        var errors = program._process.StandardError.ReadToEndAsync();
        var output = await program._process.StandardOutput.ReadToEndAsync().Within("the end of the output");
        return (await program.ExitAsync(), output, await errors.Within("the end of the errors"));
    }

    public Task<string?> LineAsync() => _process.StandardOutput.ReadLineAsync().Within("a line of the command");

    public async Task AnswerAsync()
    {
        await _process.StandardInput.WriteLineAsync().Within("the command's input");
        await _process.StandardInput.FlushAsync().Within("the command's input");
    }

    /// <summary>Types a key at the terminal of a program that has one.</summary>
    public async Task TypeAsync(char key)
    {
        await _process.StandardInput.WriteAsync(key).Within("the terminal's input");
        await _process.StandardInput.FlushAsync().Within("the terminal's input");
    }

    public void Send(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().Within("the exit of the program");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().Within("the end of a killed program");
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
