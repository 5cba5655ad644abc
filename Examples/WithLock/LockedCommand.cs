using System.ComponentModel;
using System.Diagnostics;
using Concurrency.Coordination;

namespace Concurrency.Examples.WithLock;

/// <summary>Runs the command under the lock.</summary>
internal static class LockedCommand
{
    private const int NoSuchFile = 2;

    /// <summary>Takes the lock, runs the command to its end, and releases the lock.</summary>
    /// <returns>The exit code of the command.</returns>
    /// <exception cref="RefusedException">The lock was not got in time, or the command cannot be run.</exception>
    public static async Task<int> RunAsync(WithLockOptions options)
    {
        using var signals = new ForwardedSignals();
        try
        {
            using var held = await TakeAsync(options, signals.Ended);
            return await RunCommandAsync(options.Command, signals);
        }
        catch (OperationCanceledException) when (signals.Ended.IsCancellationRequested)
        {
            return ExitCodes.Signalled + signals.Number;
        }
    }

    private static async Task<IDisposable> TakeAsync(WithLockOptions options, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.Directory))
        {
            throw new RefusedException(ExitCodes.NoLockFile, $"The directory '{options.Directory}' does not exist. Make it first, writable for all who share the lock.");
        }

        var locks = new NamedLocks(new NamedLocksOptions { Directory = options.Directory });
        try
        {
            return await locks.TryLockAsync(options.Name, options.Timeout, cancellationToken)
                ?? throw new RefusedException(ExitCodes.NotInTime, $"The lock '{options.Name}' was not free within {options.Timeout}. Try later, or raise --timeout.");
        }
        catch (IOException error)
        {
            throw new RefusedException(ExitCodes.NoLockFile, error.Message);
        }
    }

    private static async Task<int> RunCommandAsync(IReadOnlyList<string> command, ForwardedSignals signals)
    {
        signals.Ended.ThrowIfCancellationRequested();
        using var process = Start(command);
        signals.ForwardTo(process);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private static Process Start(IReadOnlyList<string> command)
    {
        var program = ProgramFile.Find(command[0])
            ?? throw new RefusedException(ExitCodes.NotFound, $"The command '{command[0]}' cannot be run: no folder of PATH has an executable file of that name.");
        try
        {
            // Nothing is redirected: the command has the terminal, the pipes and the directory of this program.
            return Process.Start(program, command.Skip(1));
        }
        catch (Win32Exception error)
        {
            throw new RefusedException(
                error.NativeErrorCode == NoSuchFile ? ExitCodes.NotFound : ExitCodes.CannotRun, $"The command '{command[0]}' cannot be run: {error.Message}.");
        }
    }
}
