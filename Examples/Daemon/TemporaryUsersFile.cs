namespace Concurrency.Examples.Daemon;

/// <summary>A users file in a directory of its own, removed with it at the end; or a given file, left alone.</summary>
internal sealed class TemporaryUsersFile : IDisposable
{
    private readonly string? _directory;

    public TemporaryUsersFile(string? given)
    {
        if (given is not null)
        {
            Path = System.IO.Path.GetFullPath(given);
            return;
        }

        _directory = Directory.CreateTempSubdirectory("concurrency-daemon-").FullName;
        Path = System.IO.Path.Combine(_directory, "users");
        File.WriteAllText(Path, "admin secret\n");
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
