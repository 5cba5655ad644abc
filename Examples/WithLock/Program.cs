using Concurrency.Examples.WithLock;

try
{
    return CommandLine.Parse(args) is { } options ? await LockedCommand.RunAsync(options) : 0;
}
catch (RefusedException refused)
{
    Console.Error.WriteLine($"with-lock: {refused.Message}".ReplaceLineEndings(" "));
    return refused.ExitCode;
}
