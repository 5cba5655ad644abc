namespace Concurrency.Executors.Processes;

/// <summary>How a worker process ended: it exited with a code, or a signal ended it.</summary>
internal readonly record struct WorkerExit(int? Code, int? Signal)
{
    private const int SignalBase = 128;
    private const int LastSignal = 64;

    /// <summary>Tells a signal from an exit code, which .NET reports as one number.</summary>
    /// <param name="code">128 + n for the signal n, and for a process that exits with that code.</param>
    /// <param name="announced">Whether the process said that it was exiting.</param>
    public static WorkerExit Of(int code, bool announced) =>
        !announced && !OperatingSystem.IsWindows() && code is > SignalBase and <= SignalBase + LastSignal
            ? new WorkerExit(null, code - SignalBase)
            : new WorkerExit(code, null);

    public override string ToString() => Signal is { } signal ? $"was ended by signal {NameOf(signal)}" : $"exited with code {Code}";

    private static string NameOf(int signal) => signal switch
    {
        1 => "1 (SIGHUP)",
        2 => "2 (SIGINT)",
        3 => "3 (SIGQUIT)",
        4 => "4 (SIGILL)",
        6 => "6 (SIGABRT: an unhandled exception, or a fatal error of the runtime)",
        7 => "7 (SIGBUS)",
        8 => "8 (SIGFPE)",
        9 => "9 (SIGKILL: somebody killed it, perhaps the kernel for lack of memory)",
        11 => "11 (SIGSEGV)",
        15 => "15 (SIGTERM)",
        _ => $"{signal}",
    };
}
