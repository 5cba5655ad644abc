using System.Runtime.InteropServices;

namespace Concurrency.Sources.Signals;

/// <summary>Signals that <see cref="PosixSignal"/> has no name for.</summary>
public static class PosixSignals
{
    /// <summary>SIGUSR1, for the program's own use.</summary>
    public static PosixSignal User1 => (PosixSignal)(OperatingSystem.IsLinux() ? 10 : 30);

    /// <summary>SIGUSR2, for the program's own use.</summary>
    public static PosixSignal User2 => (PosixSignal)(OperatingSystem.IsLinux() ? 12 : 31);

    /// <summary>A real-time signal of Linux: these queue and are counted.</summary>
    /// <param name="number">35 to 64; 32 and 33 belong to the C library, 34 to the .NET runtime.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in the range.</exception>
    public static PosixSignal RealTime(int number)
    {
        if (number is < SignalNumbers.FirstRealTime or > SignalNumbers.Highest)
        {
            throw new ArgumentOutOfRangeException(nameof(number), number,
                $"{number} is not a real-time signal for programs. Use {SignalNumbers.FirstRealTime} to {SignalNumbers.Highest}.");
        }

        return (PosixSignal)number;
    }
}
