using System.Globalization;
using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>Nice value and CPU affinity of the calling thread, on Linux.</summary>
internal static class ThreadControl
{
    private const int MaskBytes = 128;

    /// <summary>Sets the nice value of the calling thread.</summary>
    /// <returns>Null, or a sentence that says why it was refused.</returns>
    public static string? TrySetNice(int nice)
    {
        if (LibC.SetNice(LibC.ThreadId(), nice) == 0)
        {
            return null;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is LibC.ErrorAccess or LibC.ErrorNotPermitted
            ? $"The nice value {nice} was refused: raising a thread's priority needs the capability CAP_SYS_NICE. Grant it, or use 0 to 19."
            : $"The nice value {nice} was refused ({EpollSet.ErrorText(error)}). Allowed are -20 to 19.";
    }

    /// <summary>The nice value of the calling thread.</summary>
    public static int GetNice() => LibC.GetNice(LibC.ThreadId());

    /// <summary>Binds the calling thread to CPUs.</summary>
    /// <returns>Null, or a sentence that says why it was refused.</returns>
    public static string? TrySetAffinity(IReadOnlyCollection<int> cpus)
    {
        Span<byte> mask = stackalloc byte[MaskBytes];
        mask.Clear();
        foreach (var cpu in cpus)
        {
            if (cpu < 0 || cpu >= MaskBytes * 8)
            {
                return Refused(cpus);
            }

            mask[cpu / 8] |= (byte)(1 << (cpu % 8));
        }

        // The kernel silently ignores CPUs that do not exist as long as one does.
        var allowed = AllowedCpus();
        return cpus.All(allowed.Contains) && LibC.SetAffinity(LibC.ThreadId(), mask) == 0 ? null : Refused(cpus);
    }

    /// <summary>The CPUs on which the calling thread may run.</summary>
    public static IReadOnlyList<int> AllowedCpus()
    {
        Span<byte> mask = stackalloc byte[MaskBytes];
        mask.Clear();
        _ = LibC.GetAffinity(LibC.ThreadId(), mask);
        var cpus = new List<int>();
        for (var cpu = 0; cpu < MaskBytes * 8; cpu++)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus;
    }

    private static string Refused(IEnumerable<int> cpus) =>
        $"The CPU affinity {Join(cpus)} was refused. CPUs that this process may use: {Join(AllowedCpus())}.";

    private static string Join(IEnumerable<int> cpus) =>
        string.Join('+', cpus.Select(cpu => cpu.ToString(CultureInfo.InvariantCulture)));
}
