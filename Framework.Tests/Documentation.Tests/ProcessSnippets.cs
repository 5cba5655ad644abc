using System.Diagnostics;
using Concurrency.TestSupport;

namespace Documentation.Tests;

/// <summary>The code blocks about work in processes; their workers are this program, started again.</summary>
public sealed class ProcessSnippets : IClassFixture<MachineLock>
{
    private static readonly ProcessExecutorOptions s_options = new()
    {
        FileName = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
        Arguments = ["exec", typeof(ProcessSnippets).Assembly.Location],
        MaximumWorkers = 1,
        MinimumWorkers = 1,
    };

    [Fact]
    public async Task ProcessesProgram_CountsLettersInItsWorkers()
    {
        using var program = Process.Start(new ProcessStartInfo(s_options.FileName!, [.. s_options.Arguments, "one", "two and three"])
        {
            RedirectStandardOutput = true,
        })!;

        Assert.Equal("3 11\n", await program.StandardOutput.ReadToEndAsync().Within("the program's output"));
        await program.WaitForExitAsync().Within("the program's end");
        Assert.Equal(0, program.ExitCode);
    }

    [Fact]
    public async Task ProcessesFailures_AreTypedAndLeaveTheExecutorUsable()
    {
        using var console = new CapturedConsole();
        await using var executor = new ProcessExecutor(Work.Catalog, s_options with { Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance });

        #region processes-failures
        try
        {
            await executor.RunAsync(Work.Leave, 3);
        }
        catch (WorkerCrashedException crash)
        {
            Console.WriteLine($"{crash.WorkName}: exit code {crash.ExitCode}, signal {crash.Signal}");
        }

        try
        {
            await executor.RunAsync(Work.ReadDate, "yesterday");
        }
        catch (ProcessWorkException failure)
        {
            Console.WriteLine($"{failure.WorkName}: {failure.RemoteType}");
        }

        Console.WriteLine(await executor.RunAsync(Work.CountLetters, "the next one is answered"));
        #endregion

        Assert.Equal(["leave: exit code 3, signal ", "read-date: System.FormatException", "20"], console.Lines);
    }

    [Fact]
    public async Task ProcessesTimeout_KillsTheWorkerThatSpins()
    {
        using var console = new CapturedConsole();
        var workers = s_options with { Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance };

        #region processes-timeout
        await using var executor = new ProcessExecutor(Work.Catalog, workers with { CancellationGrace = TimeSpan.FromMilliseconds(10) });

        try
        {
            await executor.RunAsync(Work.Spin, 1, timeout: TimeSpan.FromMilliseconds(10));
        }
        catch (TimeoutException timeout)
        {
            Console.WriteLine(timeout.Message);
        }

        Console.WriteLine(await executor.RunAsync(Work.CountLetters, "and goes on"));
        #endregion

        Assert.Equal(
            ["'spin' did not end within 00:00:00.0100000, the time spent in the queue included. Give it more time, or the executor more workers.", "9"],
            console.Lines);
    }
}
