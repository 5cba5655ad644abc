namespace Concurrency.Examples.Daemon.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData(new[] { "--http", "here" }, "--http", "'here'", "127.0.0.1:8080")]
    [InlineData(new[] { "--http", "127.0.0.1" }, "--http", "'127.0.0.1'", "0 to 65535")]
    [InlineData(new[] { "--udp", "127.0.0.1:70000" }, "--udp", "'127.0.0.1:70000'", "0 to 65535")]
    [InlineData(new[] { "--executor", "http" }, "--executor", "'http'", "NAME=SPEC")]
    [InlineData(new[] { "--executor", "web=thread" }, "--executor", "'web'", "http, udp, files, signals")]
    [InlineData(new[] { "--executor", "http=pool:0" }, "--executor", "pool:0", "pool:")]
    [InlineData(new[] { "--capacity", "http=0" }, "--capacity", "'0'", "1 to 1000000")]
    [InlineData(new[] { "--capacity", "http=many" }, "--capacity", "'many'", "whole number")]
    [InlineData(new[] { "--drive", "0" }, "--drive", "'0'", "above 0")]
    [InlineData(new[] { "--drive", "soon" }, "--drive", "'soon'", "seconds")]
    [InlineData(new[] { "--log", "" }, "--log", "''", "path of a file")]
    [InlineData(new[] { "--users", "" }, "--users", "''", "path of a file")]
    [InlineData(new[] { "--nonsense" }, "--nonsense", "--nonsense", "--help")]
    public void Argument_Wrong_IsRefusedInOneSentence(string[] arguments, string argument, string value, string allowed)
    {
        var refused = Assert.Throws<UsageException>(() => CommandLine.Parse(arguments));

        Assert.Contains(argument, refused.Message, StringComparison.Ordinal);
        Assert.Contains(value, refused.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }

    [Fact]
    public async Task Argument_Wrong_ExitsWith2AndThatSentence()
    {
        var (exitCode, output, errors) = await DaemonProcess.RunAsync("--http", "here");

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.Equal(Assert.Throws<UsageException>(() => CommandLine.Parse(["--http", "here"])).Message + "\n", errors);
    }

    [Fact]
    public async Task Help_IsPrintedToStdoutAndExitsWith0()
    {
        var (exitCode, output, _) = await DaemonProcess.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("--executor", output, StringComparison.Ordinal);
    }
}
