using System.IO.Enumeration;
using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Files;

/// <summary>The names in one directory.</summary>
internal static class DirectoryListing
{
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = 0, ReturnSpecialDirectories = false, IgnoreInaccessible = false };

    /// <summary>Reads the names in a directory; those of links are not directories, wherever they point.</summary>
    /// <returns>False if the directory is gone or may not be read; <paramref name="names"/> then has what could be read.</returns>
    public static bool TryRead(string directory, List<(string Name, bool IsDirectory)> names)
    {
        try
        {
            names.AddRange(new FileSystemEnumerable<(string, bool)>(
                directory, static (ref FileSystemEntry entry) => (entry.FileName.ToString(), IsRealDirectory(ref entry)), s_all));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsRealDirectory(ref FileSystemEntry entry) =>
        entry.IsDirectory && FileStamp.TryRead(entry.ToFullPath(), out var stamp) && stamp.IsDirectory;
}
