using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>Tells a UNIX domain socket from other files, which .NET does not.</summary>
internal static partial class FileKind
{
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint Type = 1;
    private const int StatusSize = 256;
    private const int OffsetOfMode = 28;
    private const int TypeBits = 0xF000;
    private const int Socket = 0xC000;

    /// <summary>Whether a path is a socket and no link to one; false also if this system does not say.</summary>
    public static bool IsSocket(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var status = new byte[StatusSize];
        try
        {
            return statx(CurrentDirectory, path, DoNotFollow, Type, ref status[0]) == 0
                && (BitConverter.ToUInt16(status, OffsetOfMode) & TypeBits) == Socket;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before statx: nothing is known, so nothing is removed.
            return false;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, ref byte status);
}
