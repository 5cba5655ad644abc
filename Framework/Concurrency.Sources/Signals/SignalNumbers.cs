using System.Runtime.InteropServices;

namespace Concurrency.Sources.Signals;

/// <summary>Numbers, names and the signals that a program cannot have.</summary>
internal static class SignalNumbers
{
    public const int FirstRealTime = 35;
    public const int Highest = 64;

    /// <summary>SIGURG: ignored by default, so that raising it to test the delivery can harm nobody.</summary>
    public const int Urgent = 23;

    private static readonly string?[] s_linuxNames =
    [
        null, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    // By the value of the PosixSignal, which is negative: HUP, INT, QUIT, TERM, CHLD, CONT, WINCH, TTIN, TTOU, TSTP.
    private static readonly int[] s_namedNumbers = OperatingSystem.IsLinux()
        ? [0, 1, 2, 3, 15, 17, 18, 28, 21, 22, 20]
        : [0, 1, 2, 3, 15, 20, 19, 28, 21, 22, 18];

    public static bool IsRealTime(int number) => number >= FirstRealTime;

    public static string NameOf(int number)
    {
        if (number > 31)
        {
            return number == 34 ? "SIGRTMIN" : $"SIGRTMIN{number - 34:+0;-0}";
        }

        if (SignalOf(number) is < 0 and var named)
        {
            return named.ToString();
        }

        return (OperatingSystem.IsLinux() ? s_linuxNames[number] : null) ?? $"signal {number}";
    }

    /// <summary>The platform's number of a signal that a program may take.</summary>
    /// <exception cref="ArgumentException">The signal cannot or must not be taken.</exception>
    public static int Checked(PosixSignal signal)
    {
        var number = signal > 0 ? (int)signal : NumberOf(signal);
        if (Refusal(number) is { } reason)
        {
            throw new ArgumentException(
                $"The signal {(number is > 0 and <= Highest ? $"{NameOf(number)} ({number})" : $"{(int)signal}")} cannot be taken: {reason}",
                nameof(signal));
        }

        return number;
    }

    /// <summary>The BCL's name for a number where it has one, otherwise the raw number.</summary>
    public static PosixSignal SignalOf(int number)
    {
        var named = Array.IndexOf(s_namedNumbers, number, startIndex: 1);
        return (PosixSignal)(named > 0 ? -named : number);
    }

    private static int NumberOf(PosixSignal signal) =>
        signal < 0 && -(long)signal < s_namedNumbers.Length ? s_namedNumbers[-(int)signal] : 0;

    private static string? Refusal(int number) => number switch
    {
        <= 0 or > Highest => $"there is no such signal. Use a {nameof(PosixSignal)} or a number from 1 to 31 or {FirstRealTime} to {Highest}.",
        9 => "the kernel lets no program handle it. Take SIGTERM to stop in an orderly way.",
        19 when OperatingSystem.IsLinux() => "the kernel lets no program handle it. Take SIGTSTP for the stop that comes from a terminal.",
        17 when !OperatingSystem.IsLinux() => "the kernel lets no program handle it. Take SIGTSTP for the stop that comes from a terminal.",
        4 or 5 or 6 or 8 or 11 => "a fault in the program itself raises it, and the runtime turns it into an exception or a crash report.",
        7 when OperatingSystem.IsLinux() => "a fault in the program itself raises it, and the runtime turns it into an exception or a crash report.",
        32 or 33 => $"the C library uses it to manage threads. Use {FirstRealTime} to {Highest}.",
        34 => $"the .NET runtime uses it to suspend threads, so that each garbage collection would look like a signal. Use {FirstRealTime} to {Highest}.",
        > 31 when !OperatingSystem.IsLinux() => "this platform has no real-time signals.",
        _ => null,
    };
}
