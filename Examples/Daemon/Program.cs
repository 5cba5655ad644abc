using Concurrency.Examples.Daemon;

const int failed = 1;
const int misused = 2;

DaemonOptions? options;
try
{
    options = CommandLine.Parse(args);
}
catch (UsageException error)
{
    Console.Error.WriteLine(error.Message);
    return misused;
}

if (options is null)
{
    return 0;
}

if (options.Matrix)
{
    return await AssignmentMatrix.RunAsync(options);
}

try
{
    await using var daemon = new ServiceDaemon(options);
    if (!await daemon.StartAsync(CancellationToken.None))
    {
        return daemon.Components.ExitCode;
    }

    Console.WriteLine(daemon.ReadyLine);
    return options.Drive is { } duration ? await Driver.RunAsync(daemon, duration) : await daemon.WaitAsync();
}
catch (DaemonException error)
{
    Console.Error.WriteLine(error.Message);
    return failed;
}
