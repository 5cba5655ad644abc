using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Concurrency.Interop;

/// <summary>An exclusive lock on a file that the kernel releases when its holder ends, in whatever way.</summary>
/// <remarks>On Linux an flock of a descriptor of its own; elsewhere a file that is opened so that nobody else can open it.</remarks>
internal static partial class FileLock
{
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int Exclusive = 2;
    private const int NotBlocking = 4;
    private const int ErrorAgain = 11;
    private const int ErrorInterrupted = 4;
    private const int EmptyPath = 0x1000;
    private const uint Links = 4;
    private const int StatusSize = 256;
    private const int OffsetOfLinks = 16;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int OwnerReadsAndWritesOthersToo = 0x1B6;
    private const int OwnerReadsAndWrites = 0x180;

    /// <summary>Takes the lock if nobody holds it.</summary>
    /// <param name="path">The file, which is made if it is missing.</param>
    /// <param name="ownerOnly">Whether a file that is made is for this user only, and not for whom the umask lets in.</param>
    /// <returns>Releases the lock when it is closed; null if somebody else holds the lock.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static SafeFileHandle? TryTake(string path, bool ownerOnly = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return TryTakeByOpening(path);
        }

        while (true)
        {
            var handle = TryTakeByFlock(path, ownerOnly ? OwnerReadsAndWrites : OwnerReadsAndWritesOthersToo);
            if (handle is null || CountLinks(handle) != 0)
            {
                return handle;
            }

            // The file was removed between its opening and its locking: whoever comes now meets at another one.
            handle.Dispose();
        }
    }

    /// <summary>Removes the file while nobody else can hold the lock.</summary>
    /// <returns>Whether the file is gone.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static bool TryRemove(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
        {
            return !File.Exists(path);
        }

        using var handle = TryTake(path);
        if (handle is null || CountLinks(handle) is null)
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    /// <summary>How many names the file has, 0 when it was removed; null if this system does not say.</summary>
    private static uint? CountLinks(SafeFileHandle handle)
    {
        var status = new byte[StatusSize];
        try
        {
            return statx((int)handle.DangerousGetHandle(), string.Empty, EmptyPath, Links, ref status[0]) == 0
                ? BitConverter.ToUInt32(status, OffsetOfLinks)
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library: such a system never removes lock files, so there is nothing to see.
            return null;
        }
    }

    private static SafeFileHandle? TryTakeByFlock(string path, int mode)
    {
        int descriptor;
        while ((descriptor = open(path, ReadWrite | Create | CloseOnExec, mode)) < 0)
        {
            ThrowUnlessInterrupted(path, "opened");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            while (flock(descriptor, Exclusive | NotBlocking) < 0)
            {
                if (Marshal.GetLastPInvokeError() == ErrorAgain)
                {
                    handle.Dispose();
                    return null;
                }

                ThrowUnlessInterrupted(path, "locked");
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static SafeFileHandle? TryTakeByOpening(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == SharingViolation)
        {
            return null;
        }
    }

    private static void ThrowUnlessInterrupted(string path, string action)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != ErrorInterrupted)
        {
            throw new IOException(
                $"The lock file '{path}' cannot be {action}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}). Its directory must exist and be writable.");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, ref byte status);
}
