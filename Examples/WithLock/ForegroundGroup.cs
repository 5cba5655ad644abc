using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Concurrency.Examples.WithLock;

/// <summary>The processes to which a terminal sends what is typed at it.</summary>
internal static partial class ForegroundGroup
{
    private const string Terminal = "/dev/tty";

    /// <summary>Whether this process has a terminal and is in its foreground, wherever its input comes from.</summary>
    public static bool IsOurs()
    {
        try
        {
            // Shared with all, so that it is opened without a lock on the terminal.
            using var terminal = File.OpenHandle(Terminal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ForegroundGroupOf(terminal) == GroupOfThisProcess();
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroupOf(SafeFileHandle terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int GroupOfThisProcess();
}
