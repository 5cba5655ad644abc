namespace Concurrency.Examples.WithLock;

/// <summary>The command does not run: one sentence that says why, and the exit code.</summary>
internal sealed class RefusedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
