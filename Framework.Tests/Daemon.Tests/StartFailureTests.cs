namespace Concurrency.Examples.Daemon.Tests;

/// <summary>A daemon that cannot start, or cannot say that it has: one sentence, exit code 1, nothing left behind.</summary>
public sealed class StartFailureTests : IDisposable
{
    // A temporary directory of the test's own: what a daemon leaves behind is in it.
    private readonly string _temporary = Directory.CreateTempSubdirectory("daemon-test-").FullName;

    [Fact]
    public async Task Executor_UnknownKind_IsNamedInOneSentence()
    {
        var sentence = await RefusedAsync("--executor", "http=fiber");

        Assert.Contains("fiber", sentence, StringComparison.Ordinal);
        Assert.Contains("cooperative", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsersFile_Missing_IsNamedInOneSentence()
    {
        var path = Path.Combine(_temporary, "no-such-users");

        Assert.Contains(path, await RefusedAsync("--users", path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsersFile_IsADirectory_IsNamedInOneSentence() =>
        Assert.Contains(_temporary, await RefusedAsync("--users", _temporary), StringComparison.Ordinal);

    [Fact]
    public async Task LogFile_CannotBeOpened_IsNamedInOneSentence()
    {
        var sentence = await RefusedAsync("--log", _temporary);

        Assert.Contains(_temporary, sentence, StringComparison.Ordinal);
        Assert.Contains("--log", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_InUse_IsNamedInOneSentence()
    {
        await using var first = await DaemonProcess.StartAsync();

        var sentence = await RefusedAsync("--http", first.Http.Authority);
        var udpSentence = await RefusedAsync("--udp", first.Udp.ToString());

        Assert.Contains(first.Http.Authority, sentence, StringComparison.Ordinal);
        Assert.Contains(first.Udp.ToString(), udpSentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_InUseWithALogFile_HasTheWholeStoryInTheLog()
    {
        await using var first = await DaemonProcess.StartAsync();
        var log = Path.Combine(_temporary, "log");

        await using var daemon = DaemonProcess.Launch(["--http", first.Http.Authority, "--log", log], _temporary);

        Assert.Equal(1, await daemon.ExitAsync());
        Assert.Single((await daemon.ErrorsAsync()).TrimEnd().Split('\n'));
        Assert.Contains("   at ", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        File.Delete(log);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
    }

    [Fact]
    public async Task TemporaryDirectory_Missing_IsNamedInOneSentence()
    {
        var missing = Path.Combine(_temporary, "missing");
        await using var daemon = DaemonProcess.Launch([], missing);

        Assert.Equal(1, await daemon.ExitAsync());
        Assert.Contains(missing, Assert.Single((await daemon.ErrorsAsync()).TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--drive 0.1")]
    [InlineData("--help")]
    public async Task Stdout_CannotBeWritten_EndsWithASentenceAndExitCode1(string arguments)
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        await using var daemon = DaemonProcess.LaunchInShell($"exec \"$0\" {arguments} >/dev/full", _temporary);

        Assert.Equal(1, await daemon.ExitAsync());
        var errors = (await daemon.ErrorsAsync()).TrimEnd().Split('\n');
        Assert.StartsWith("The output cannot be written: ", errors[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(errors, e => e.Contains(" Error ", StringComparison.Ordinal) || e.StartsWith("   at ", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
    }

    [Fact]
    public async Task Stderr_CannotBeWritten_TheExitCodeStillTells()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        await using var misused = DaemonProcess.LaunchInShell("exec \"$0\" --nonsense 2>/dev/full", _temporary);
        await using var driven = DaemonProcess.LaunchInShell("exec \"$0\" --drive 0.1 2>/dev/full", _temporary);

        Assert.Equal(2, await misused.ExitAsync());
        var output = await driven.RestOfOutputAsync();
        Assert.True(await driven.ExitAsync() == 0, output);
    }

    [Fact]
    public async Task LogFile_OnAFullDisk_IsSaidOnceAndTheDaemonGoesOn()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        await using var daemon = DaemonProcess.Launch(["--drive", "0.1", "--log", "/dev/full"], _temporary);

        var output = await daemon.RestOfOutputAsync();
        Assert.True(await daemon.ExitAsync() == 0, output);
        Assert.StartsWith("The log file '/dev/full' cannot be written: ", Assert.Single((await daemon.ErrorsAsync()).TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    /// <summary>Runs a daemon that must not start, and returns its one sentence.</summary>
    private async Task<string> RefusedAsync(params string[] arguments)
    {
        await using var daemon = DaemonProcess.Launch(arguments, _temporary);

        Assert.Equal(1, await daemon.ExitAsync());
        Assert.Empty(await daemon.RestOfOutputAsync());
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
        return Assert.Single((await daemon.ErrorsAsync()).TrimEnd().Split('\n'));
    }
}
