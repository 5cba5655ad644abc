using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>Real time in milliseconds at the resolution of the kernel's tick: a read costs a fifth of a precise one.</summary>
internal static partial class CoarseClock
{
    private const int MonotonicCoarse = 6;

    private static readonly bool s_isLinux = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Milliseconds since some moment in the past; never goes back.</summary>
    [SkipLocalsInit]
    public static unsafe long Milliseconds()
    {
        if (!s_isLinux)
        {
#pragma warning disable RS0030 // Measures how long code of the user really takes, whatever clock that code uses.
            return Environment.TickCount64;
#pragma warning restore RS0030
        }

        // Two words, seconds and nanoseconds; the call never fails and never blocks, so the GC need not be told of it.
        var time = stackalloc long[2];
        _ = clock_gettime(MonotonicCoarse, time);
        return (time[0] * 1000) + (time[1] / 1_000_000);
    }

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static unsafe partial int clock_gettime(int clock, long* time);
}
