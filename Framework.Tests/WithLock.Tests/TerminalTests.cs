using System.Globalization;
using System.Runtime.InteropServices;
using Concurrency.TestSupport;

namespace Concurrency.Examples.WithLock.Tests;

/// <summary>Which signals reach a command at a terminal.</summary>
public sealed partial class TerminalTests : IClassFixture<MachineLock>, IDisposable
{
    private const int Interrupt = 2;
    private const char ControlC = '\u0003';

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("with-lock-");

    [TerminalFact]
    public async Task OC2_ControlC_WithRedirectedInput_ReachesTheCommandOnce()
    {
        await using var terminal = Start("exec {0} < /dev/null");
        var program = await StartedAsync(terminal);

        await terminal.TypeAsync(ControlC);
        Assert.EndsWith("INT", await terminal.LineAsync(), StringComparison.Ordinal);
        Assert.Equal(0, Kill(program, WithLockProcess.Terminate));

        Assert.Equal("TERM", (await terminal.LineAsync())?.TrimEnd());
        Assert.Equal(9, await terminal.ExitAsync());
    }

    [TerminalFact]
    public async Task OC2_Interrupt_InTheBackgroundOfATerminal_ReachesTheCommand()
    {
        await using var terminal = Start("set -m; {0} & wait");
        var program = await StartedAsync(terminal);

        Assert.Equal(0, Kill(program, Interrupt));

        Assert.Equal("INT", (await terminal.LineAsync())?.TrimEnd());
        Assert.Equal(0, Kill(program, WithLockProcess.Terminate));
        Assert.Equal("TERM", (await terminal.LineAsync())?.TrimEnd());
        await terminal.ExitAsync();
    }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Starts a script at a terminal, with the program and a command that tells the signals it gets.</summary>
    private WithLockProcess Start(string script)
    {
        var command = Path.Combine(_directory.FullName, "tell");
        File.WriteAllText(command, "trap 'echo INT' INT\ntrap 'echo TERM; exit 9' TERM\necho started $PPID\nwhile :; do sleep 0.05; done\n");
        var line = $"'{WithLockProcess.Program}' --name build --path '{_directory.FullName}' -- sh '{command}'";
        var shell = Path.Combine(_directory.FullName, "shell");
        File.WriteAllText(shell, script.Replace("{0}", line, StringComparison.Ordinal) + "\n");
        return WithLockProcess.StartOf(TerminalFactAttribute.Program, string.Empty, "-qefc", $"exec sh '{shell}'", "/dev/null");
    }

    private static async Task<int> StartedAsync(WithLockProcess terminal)
    {
        var line = await terminal.LineAsync();
        Assert.StartsWith("started ", line, StringComparison.Ordinal);
        return int.Parse(line.AsSpan("started ".Length).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
