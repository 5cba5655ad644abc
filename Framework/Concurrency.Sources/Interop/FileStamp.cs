using System.Runtime.InteropServices;

namespace Concurrency.Sources.Interop;

/// <summary>What tells one state of a path from another: inode, size and time of the last change of the content, in nanoseconds.</summary>
internal readonly partial record struct FileStamp(ulong Device, ulong Inode, ulong Size, long Seconds, uint Nanoseconds, bool IsDirectory)
{
    private const int CurrentDirectory = -100;
    private const int DontFollow = 0x100;
    private const uint BasicFields = 0x7ff;
    private const int TypeMask = 0xf000;
    private const int DirectoryType = 0x4000;

    /// <summary>Looks at a path without following a link; false if there is nothing, or nothing that may be looked at.</summary>
    public static bool TryRead(string path, out FileStamp stamp)
    {
        if (Read(CurrentDirectory, path, DontFollow, BasicFields, out var raw) != 0)
        {
            stamp = default;
            return false;
        }

        var isDirectory = (raw.Mode & TypeMask) == DirectoryType;
        stamp = new FileStamp(
            (ulong)raw.DeviceMajor << 32 | raw.DeviceMinor,
            raw.Inode,
            isDirectory ? 0 : raw.Size,
            isDirectory ? 0 : raw.ModifiedSeconds,
            isDirectory ? 0 : raw.ModifiedNanoseconds,
            isDirectory);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Read(int directory, string path, int flags, uint mask, out Raw result);

    /// <summary>The kernel's <c>struct statx</c>, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Raw
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
