namespace Concurrency.Tests.Inspection;

/// <summary>A folder for sockets, gone at the end of a test.</summary>
internal sealed class SocketFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snap");

    public string Socket => Path.Combine(_folder.FullName, "s");

    public IReadOnlyList<string> Files => [.. _folder.EnumerateFileSystemInfos().Select(static file => file.Name)];

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
