namespace Concurrency.Examples.WithLock.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void OC2_Arguments_AreRead_AndThoseOfTheCommandAreLeftAlone()
    {
        var options = CommandLine.Parse(["--name", "build", "--path", "locks", "--timeout", "1.5m", "--", "make", "--name", "x", "--", "-j4"])!;

        Assert.Equal(("build", "locks", TimeSpan.FromSeconds(90)), (options.Name, options.Directory, options.Timeout));
        Assert.Equal(["make", "--name", "x", "--", "-j4"], options.Command);
    }

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("500ms", 0.5)]
    [InlineData("10s", 10)]
    [InlineData("2h", 7200)]
    public void OC2_Timeout_IsReadWithItsUnit(string text, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), CommandLine.Parse(["--name", "a", "--path", "b", "--timeout", text, "--", "c"])!.Timeout);

    [Fact]
    public void OC2_Timeout_WithoutOne_IsAsLongAsItTakes() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, CommandLine.Parse(["--name", "a", "--path", "b", "--", "c"])!.Timeout);

    [Theory]
    [InlineData(new[] { "--path", "b", "--", "c" }, "--name")]
    [InlineData(new[] { "--name", "a", "--", "c" }, "--path")]
    [InlineData(new[] { "--name", "", "--path", "b", "--", "c" }, "--name was ''")]
    [InlineData(new[] { "--name", "a", "--path", "b" }, "no command")]
    [InlineData(new[] { "--name", "a", "--path", "b", "--" }, "no command")]
    [InlineData(new[] { "--name", "a", "--path", "b", "make", "all" }, "'make' is no option. Write the command after --")]
    [InlineData(new[] { "--name", "a", "--path", "b", "--timeout", "10", "--", "c" }, "'10'")]
    [InlineData(new[] { "--name", "a", "--path", "b", "--timeout", "-1s", "--", "c" }, "'-1s'")]
    [InlineData(new[] { "--name", "a", "--path", "b", "--timeout", "9000h", "--", "c" }, "up to a year")]
    [InlineData(new[] { "--nonsense", "--", "c" }, "--nonsense")]
    public void OC2_Argument_Wrong_IsRefusedWithASentence(string[] arguments, string part)
    {
        var refused = Assert.Throws<RefusedException>(() => CommandLine.Parse(arguments));

        Assert.Equal(ExitCodes.Misused, refused.ExitCode);
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OC2_Help_IsPrinted()
    {
        var (exitCode, output, _) = await WithLockProcess.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("--timeout", output, StringComparison.Ordinal);
    }
}
