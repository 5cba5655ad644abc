using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>Tells a UNIX domain socket from other files, and one file from another of the same name, which .NET does not.</summary>
internal static partial class FileKind
{
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint Type = 1;
    private const uint Inode = 0x100;
    private const int StatusSize = 256;
    private const int OffsetOfMode = 28;
    private const int OffsetOfInode = 32;
    private const int OffsetOfDevice = 136;
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

    /// <summary>What no other file on this machine has while this one exists; null if there is no file, or this system does not say.</summary>
    public static (ulong Inode, ulong Device)? IdentityOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var status = new byte[StatusSize];
        try
        {
            return statx(CurrentDirectory, path, DoNotFollow, Inode, ref status[0]) == 0
                ? (BitConverter.ToUInt64(status, OffsetOfInode), BitConverter.ToUInt64(status, OffsetOfDevice))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before statx.
            return null;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, ref byte status);
}
