namespace Concurrency.Examples.Daemon;

/// <summary>A users file in a directory of its own, removed with it at the end; or a given file, left alone.</summary>
internal sealed class TemporaryUsersFile : IDisposable
{
    private readonly string? _directory;

    /// <exception cref="DaemonException">The file cannot be made.</exception>
    public TemporaryUsersFile(string? given)
    {
        if (given is not null)
        {
            Path = System.IO.Path.GetFullPath(given);
            return;
        }

        try
        {
            _directory = Directory.CreateTempSubdirectory("concurrency-daemon-").FullName;
            Path = System.IO.Path.Combine(_directory, "users");
            File.WriteAllText(Path, "admin secret\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new DaemonException(
                $"No users file can be made in the temporary directory '{System.IO.Path.GetTempPath()}': {error.Message} "
                + "Set TMPDIR to a directory that can be written, or give a file with --users.", error);
        }

        // Also when a second signal ends the process without unwinding.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    public string Path { get; }

    public void Dispose()
    {
        if (_directory is not null && Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}
