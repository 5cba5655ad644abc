using System.Diagnostics;

namespace Concurrency.Bench;

/// <summary>Starts this program again as a child process, and ends children.</summary>
internal static class SelfProcess
{
    public static Process Start(IEnumerable<string> arguments, bool withInput = false)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This program cannot find its own file.");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = withInput,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SelfProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"The child process '{program}' did not start.");
    }

    /// <summary>Ends a child if it still runs.</summary>
    public static void End(Process child)
    {
        if (!child.HasExited)
        {
            child.Kill();
            child.WaitForExit();
        }

        child.Dispose();
    }
}
