using System.Runtime.InteropServices;

namespace Concurrency.Sources.Interop;

/// <summary>The calls, flags and error numbers of inotify(7).</summary>
internal static unsafe partial class Inotify
{
    public const uint Modify = 0x2;
    public const uint CloseWrite = 0x8;
    public const uint MovedFrom = 0x40;
    public const uint MovedTo = 0x80;
    public const uint Create = 0x100;
    public const uint Delete = 0x200;
    public const uint DeleteSelf = 0x400;
    public const uint MoveSelf = 0x800;
    public const uint Unmount = 0x2000;
    public const uint QueueOverflow = 0x4000;
    public const uint Ignored = 0x8000;
    public const uint OnlyDirectory = 0x0100_0000;
    public const uint DontFollow = 0x0200_0000;
    public const uint ExcludeUnlinked = 0x0400_0000;
    public const uint IsDirectory = 0x4000_0000;

    /// <summary>What each watch asks for; the same for all, because two watches of one directory are one to the kernel.</summary>
    public const uint Watched =
        Modify | CloseWrite | MovedFrom | MovedTo | Create | Delete | DeleteSelf | MoveSelf | OnlyDirectory | ExcludeUnlinked;

    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int NoAccess = 13;
    public const int NotADirectory = 20;
    public const int TooManyProcessFiles = 24;
    public const int NoSpace = 28;
    public const int TooManyLinks = 40;

    /// <summary>Size of an event without its name: watch, mask, cookie, length of the name, four bytes each.</summary>
    public const int HeaderSize = 16;

    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    public static InotifyHandle Open() => Init(NonBlocking | CloseOnExec);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddWatch(InotifyHandle descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int RemoveWatch(InotifyHandle descriptor, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(InotifyHandle descriptor, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(nint descriptor);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial InotifyHandle Init(int flags);
}
