namespace Concurrency.Examples.Daemon;

/// <summary>Drives a running daemon over its real interfaces, then stops it and judges its accounts.</summary>
/// <remarks>Each interface is driven at least once, however short the time is.</remarks>
internal sealed class Driver(ServiceDaemon daemon)
{
    private readonly DriveLog _log = new();

    /// <returns>The exit code: 0 if every account holds and every request was answered.</returns>
    public static async Task<int> RunAsync(ServiceDaemon daemon, TimeSpan duration)
    {
        var driver = new Driver(daemon);
        await driver.DriveAsync(duration);
        var exitCode = await daemon.StopAsync();
        var report = DriveReport.Of(daemon, driver._log);
        Terminal.Print(report.Text);
        return report.Holds && exitCode == 0 ? 0 : 1;
    }

    private async Task DriveAsync(TimeSpan duration)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(daemon.Stopping);
        ending.CancelAfter(duration);
        await Task.WhenAll(
            Report("http", new HttpDriver(daemon, _log).RunAsync(ending.Token)),
            Report("udp", new UdpDriver(daemon, _log).RunAsync(ending.Token)),
            Report("files", new FilesDriver(daemon, _log).RunAsync(ending.Token)),
            Report("signals", new SignalsDriver(daemon, _log).RunAsync(ending.Token)));
    }

    private async Task Report(string interfaceName, Task drive)
    {
        try
        {
            await drive;
        }
        catch (Exception error)
        {
            _log.Problem($"{interfaceName}: {error.Message}");
        }
    }
}
