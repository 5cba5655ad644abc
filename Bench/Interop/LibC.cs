using System.Runtime.InteropServices;

namespace Concurrency.Bench.Interop;

/// <summary>The few system calls that the measurements need and the BCL does not offer (Linux).</summary>
internal static partial class LibC
{
    public const int SigUsr1 = 10;
    public const int SigTerm = 15;

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

    /// <summary>The processor time of a process and its threads so far, those that ended included.</summary>
    /// <exception cref="IOException">There is no such process, or its clock cannot be read.</exception>
    public static unsafe TimeSpan ProcessorTime(int processId)
    {
        var time = default(TimeSpec);
        var error = ClockOfProcess(processId, out var clock);
        if (error == 0 && GetTime(clock, &time) != 0)
        {
            error = Marshal.GetLastPInvokeError();
        }

        return error == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new IOException($"The processor time of the process {processId} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int ClockOfProcess(int processId, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static unsafe partial int GetTime(int clock, TimeSpec* time);

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
