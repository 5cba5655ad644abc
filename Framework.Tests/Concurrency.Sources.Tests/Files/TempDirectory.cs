namespace Concurrency.Sources.Tests.Files;

/// <summary>A new directory that goes with the test.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("concurrency-files-").FullName;

    public static string operator /(TempDirectory directory, string name) => System.IO.Path.Join(directory.Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
