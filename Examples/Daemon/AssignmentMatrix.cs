using System.Diagnostics;
using System.Globalization;

namespace Concurrency.Examples.Daemon;

/// <summary>Drives a daemon under each assignment of an executor to each component, each in a process of its own.</summary>
internal static class AssignmentMatrix
{
    private static readonly string[] s_executors = ["cooperative", "thread", "pool:4"];

    /// <returns>The exit code: 0 if all drives held.</returns>
    public static async Task<int> RunAsync(DaemonOptions options)
    {
        var failures = 0;
        foreach (var assignment in Assignments())
        {
            var (exitCode, output) = await DriveAsync(assignment, options.Drive!.Value);
            Terminal.Print($"{(exitCode == 0 ? "held  " : "FAILED")} {string.Join(' ', assignment)}\n");
            if (exitCode != 0)
            {
                failures++;
                Terminal.Print($"{output}\n");
            }
        }

        Terminal.Print($"{81 - failures} of 81 assignments held\n");
        return failures == 0 ? 0 : 1;
    }

    private static IEnumerable<string[]> Assignments() =>
        from http in s_executors
        from udp in s_executors
        from files in s_executors
        from signals in s_executors
        select new[] { $"http={http}", $"udp={udp}", $"files={files}", $"signals={signals}" };

    private static async Task<(int ExitCode, string Output)> DriveAsync(string[] assignment, TimeSpan duration)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(AssignmentMatrix).Assembly.Location);
        }

        foreach (var argument in assignment.SelectMany(static a => new[] { "--executor", a }))
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("--drive");
        start.ArgumentList.Add(duration.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
