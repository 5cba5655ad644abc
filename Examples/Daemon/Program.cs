using Concurrency.Examples.Daemon;

const int failed = 1;
const int misused = 2;

try
{
    if (CommandLine.Parse(args) is not { } options)
    {
        return 0;
    }

    return options.Matrix ? await AssignmentMatrix.RunAsync(options) : await ServeAsync(options);
}
catch (UsageException error)
{
    Terminal.Complain(error.Message);
    return misused;
}
catch (DaemonException error)
{
    Terminal.Complain(error.Message);
    return failed;
}

static async Task<int> ServeAsync(DaemonOptions options)
{
    await using var daemon = new ServiceDaemon(options);
    if (!await daemon.StartAsync(CancellationToken.None))
    {
        return daemon.Components.ExitCode;
    }

    try
    {
        Terminal.Print($"{daemon.ReadyLine}\n");
    }
    catch (DaemonException)
    {
        await daemon.StopAsync();
        throw;
    }

    return options.Drive is { } duration ? await Driver.RunAsync(daemon, duration) : await daemon.WaitAsync();
}
