using System.Globalization;

namespace Concurrency.Examples.Daemon;

/// <summary>Replaces, rewrites and spoils the users file, and expects the daemon to follow.</summary>
internal sealed class FilesDriver(ServiceDaemon daemon, DriveLog log)
{
    private static readonly byte[] s_malformed = "one two three\n"u8.ToArray();

    public async Task RunAsync(CancellationToken ending)
    {
        var path = daemon.Users.Path;
        var original = await File.ReadAllBytesAsync(path, CancellationToken.None);
        daemon.Users.ExpectedProblem = ProblemOf(s_malformed);
        try
        {
            await DriveAsync(path, ending);
        }
        finally
        {
            await File.WriteAllBytesAsync(path, original, CancellationToken.None);
        }
    }

    private static string ProblemOf(byte[] malformed)
    {
        try
        {
            UsersTable.Parse(malformed);
        }
        catch (FormatException error)
        {
            return error.Message;
        }

        throw new InvalidOperationException("The users file that should be malformed is not.");
    }

    private async Task DriveAsync(string path, CancellationToken ending)
    {
        for (var round = 0; round == 0 || !ending.IsCancellationRequested; round++)
        {
            var password = string.Create(CultureInfo.InvariantCulture, $"password{round}");
            var content = $"driver {password}\n";
            if (round % 2 == 0)
            {
                await File.WriteAllTextAsync($"{path}.new", content, CancellationToken.None);
                File.Move($"{path}.new", path, overwrite: true);
            }
            else
            {
                await File.WriteAllTextAsync(path, content, CancellationToken.None);
            }

            log.Wrote();
            await log.ExpectAsync($"files: the reload of round {round}", () => daemon.Users.Table.Knows("driver", password));
            var refusals = daemon.Users.Refusals;
            await File.WriteAllBytesAsync(path, s_malformed, CancellationToken.None);
            log.WroteMalformed();
            await log.ExpectAsync($"files: the refusal of round {round}", () => daemon.Users.Refusals > refusals);
            if (!daemon.Users.Table.Knows("driver", password))
            {
                log.Problem($"files: a malformed users file took away the table of round {round}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
    }
}
