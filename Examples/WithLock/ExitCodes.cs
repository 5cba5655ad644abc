namespace Concurrency.Examples.WithLock;

/// <summary>What this program says for itself; all else is the exit code of the command, or 128 and the signal that ended it.</summary>
/// <remarks>The numbers of sysexits.h and of the shell, which commands seldom use for something else.</remarks>
internal static class ExitCodes
{
    public const int Misused = 64;
    public const int NoLockFile = 73;
    public const int NotInTime = 75;
    public const int CannotRun = 126;
    public const int NotFound = 127;
    public const int Signalled = 128;
}
