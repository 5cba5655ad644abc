using System.Diagnostics;
using System.Runtime.InteropServices;
using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Executors whose workers are the test child.</summary>
internal static partial class ProcessRig
{
    private static readonly string s_library = Path.Combine(AppContext.BaseDirectory, "ProcessChild.dll");

    public static string Dotnet { get; } =
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    /// <summary>One worker at most, without output.</summary>
    public static ProcessExecutorOptions Options(params string[] arguments) => new()
    {
        Name = "test",
        FileName = Dotnet,
        Arguments = ["exec", s_library, .. arguments],
        MinimumWorkers = 1,
        MaximumWorkers = 1,
        Logger = NullLogger.Instance,
    };

    public static ProcessExecutor Create(Func<ProcessExecutorOptions, ProcessExecutorOptions>? change = null) =>
        new(Work.Catalog, change is null ? Options() : change(Options()));

    /// <summary>Starts the child as a program of its own.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Dotnet, ["exec", s_library, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Ends a process that is not ours to end otherwise, as kill -9 does.</summary>
    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    /// <summary>Sends a signal to a child of ours.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Signal(int processId, int signal);

    /// <summary>The id of a worker that is ready; with one worker, the one that gets the next request.</summary>
    public static Task<int> ReadyAsync(ProcessExecutor executor) => executor.RunAsync(Work.Pid, 0).Within("the worker is ready");

    /// <summary>Whether the process has gone, its exit collected.</summary>
    public static bool IsGone(int processId) => !Directory.Exists($"/proc/{processId}");

    /// <summary>At every moment each accepted request is somewhere.</summary>
    public static ProcessExecutorStatistics Balanced(ProcessExecutor executor)
    {
        var s = executor.Statistics;
        Assert.Equal(s.Accepted, s.Succeeded + s.Failed + s.Cancelled + s.Queued + s.InFlight);
        return s;
    }
}
