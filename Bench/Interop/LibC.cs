using System.Runtime.InteropServices;

namespace Concurrency.Bench.Interop;

/// <summary>The few system calls that the measurements need and the BCL does not offer (Linux).</summary>
internal static partial class LibC
{
    public const int SigUsr1 = 10;

    private const int SetTimerSlack = 29;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    /// <summary>Waits up to a time in nanoseconds for one of the descriptors to become readable.</summary>
    public static unsafe int Poll(Span<PollDescriptor> descriptors, long nanoseconds)
    {
        var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        fixed (PollDescriptor* first = descriptors)
        {
            return PPoll(first, (nuint)descriptors.Length, &time, 0);
        }
    }

    /// <summary>Lets the calling thread wake as punctually as the kernel can, not within 50 µs.</summary>
    public static void WakePunctually() => _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static unsafe partial int PPoll(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
