#pragma warning disable CA1416 // the mode of a file, which Windows does not have
using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Examples.WithLock.Tests;

/// <summary>What a user sees of a command that runs under a lock.</summary>
public sealed class LockedCommandTests : IClassFixture<MachineLock>, IDisposable
{
    // Says when it runs, and waits for a line then.
    private const string Talk = "echo started; read line; exit 3";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("with-lock-");
    private readonly NamedLocks _locks;

    public LockedCommandTests() => _locks = new NamedLocks(new NamedLocksOptions { Directory = _directory.FullName });

    [Fact]
    public async Task OC2_Command_GetsItsArgumentsAndItsExitCodeIsPassedOn()
    {
        var (exitCode, output, errors) = await WithLockProcess.RunAsync(Line("sh", "-c", "printf '%s|' \"$@\"; exit 7", "sh", "a b", "--name", ""));

        Assert.Equal((7, "a b|--name||", ""), (exitCode, output, errors));
    }

    [Fact]
    public async Task OC2_Lock_IsHeldWhileTheCommandRuns()
    {
        await using var program = WithLockProcess.Start(Line("sh", "-c", Talk));
        Assert.Equal("started", await program.LineAsync());

        Assert.False(_locks.TryLock("build", out _));
        Assert.True(_locks.TryLock("other", out var other));
        other.Dispose();
        await program.AnswerAsync();

        Assert.Equal(3, await program.ExitAsync());
        Assert.True(_locks.TryLock("build", out var key));
        key.Dispose();
    }

    [Fact]
    public async Task OC2_Lock_NotInTime_ExitsWith75AndTheCommandDoesNotRun()
    {
        using var held = await _locks.LockAsync("build");

        var (exitCode, output, errors) = await WithLockProcess.RunAsync(Line(["--timeout", "0s"], "sh", "-c", "echo ran"));

        Assert.Equal((75, ""), (exitCode, output));
        Assert.Equal("with-lock: The lock 'build' was not free within 00:00:00. Try later, or raise --timeout.\n", errors);
    }

    [Fact]
    public async Task OC2_Lock_HeldByAnother_IsWaitedFor()
    {
        await using var first = WithLockProcess.Start(Line("sh", "-c", Talk));
        Assert.Equal("started", await first.LineAsync());
        await using var second = WithLockProcess.Start(Line("sh", "-c", "echo second"));
        var line = second.LineAsync();

        await first.AnswerAsync();

        Assert.Equal(3, await first.ExitAsync());
        Assert.Equal("second", await line);
        Assert.Equal(0, await second.ExitAsync());
    }

    [Fact]
    public async Task OC2_Lock_OfAKilledHolder_IsFree()
    {
        await using var program = WithLockProcess.Start(Line("sh", "-c", Talk));
        Assert.Equal("started", await program.LineAsync());

        program.Send(WithLockProcess.Kill);
        await program.ExitAsync();

        Assert.True(_locks.TryLock("build", out var key));
        key.Dispose();
        await program.AnswerAsync();
    }

    [Fact]
    public async Task OC2_Signal_GoesToTheCommand_WhichDecides()
    {
        await using var program = WithLockProcess.Start(Line("sh", "-c", "trap 'exit 9' TERM; echo started; read line; exit 3"));
        Assert.Equal("started", await program.LineAsync());

        program.Send(WithLockProcess.Terminate);

        Assert.Equal(9, await program.ExitAsync());
    }

    [Fact]
    public async Task OC2_Command_EndedByASignal_ExitsWith128AndItsNumber()
    {
        await using var program = WithLockProcess.Start(Line("sh", "-c", "echo started; exec cat"));
        Assert.Equal("started", await program.LineAsync());

        program.Send(WithLockProcess.Terminate);

        Assert.Equal(143, await program.ExitAsync());
    }

    [Fact]
    public async Task OC2_Signal_DuringTheWaitForTheLock_EndsIt()
    {
        using var held = await _locks.LockAsync("build");
        await using var program = WithLockProcess.Start(Line("sh", "-c", "echo ran"));

        // Before or after it listens: it ends either way, and the command does not run.
        program.Send(WithLockProcess.Terminate);

        Assert.Equal(143, await program.ExitAsync());
        Assert.Null(await program.LineAsync());
    }

    [Fact]
    public async Task OC2_Command_ThatDoesNotExistOrCannotRun_HasTheExitCodeOfTheShell()
    {
        var missing = await WithLockProcess.RunAsync(Line("no-such-command-anywhere"));
        var file = Path.Combine(_directory.FullName, "plain");
        await File.WriteAllTextAsync(file, "text");
        var plain = await WithLockProcess.RunAsync(Line(file));

        Assert.Equal((127, 126), (missing.ExitCode, plain.ExitCode));
        Assert.Contains("'no-such-command-anywhere' cannot be run", missing.Errors, StringComparison.Ordinal);
        Assert.True(_locks.TryLock("build", out var key));
        key.Dispose();
    }

    [Fact]
    public async Task OC2_Command_WithoutAFolder_IsNotTakenFromTheWorkingDirectory()
    {
        Decoy("true");
        Decoy("only-here");

        var found = await WithLockProcess.RunInAsync(_directory.FullName, Line("true"));
        var missing = await WithLockProcess.RunInAsync(_directory.FullName, Line("only-here"));
        var named = await WithLockProcess.RunInAsync(_directory.FullName, Line("./only-here"));

        Assert.Equal((0, ""), (found.ExitCode, found.Output));
        Assert.Equal((127, ""), (missing.ExitCode, missing.Output));
        Assert.Equal((5, "decoy\n"), (named.ExitCode, named.Output));
    }

    [Fact]
    public async Task OC2_Directory_Missing_IsNamed()
    {
        var (exitCode, _, errors) = await WithLockProcess.RunAsync("--name", "a", "--path", _directory.FullName + "/none", "--", "true");

        Assert.Equal(73, exitCode);
        Assert.Contains("/none' does not exist. Make it first", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private void Decoy(string name)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, "#!/bin/sh\necho decoy\nexit 5\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string[] Line(params string[] command) => Line([], command);

    private string[] Line(string[] options, params string[] command) => ["--name", "build", "--path", _directory.FullName, .. options, "--", .. command];
}
