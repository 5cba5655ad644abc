using System.Globalization;

namespace Concurrency.Bench.Ratios;

/// <summary>How much of the machine other processes used, from the kernel's counts of busy processor time (Linux).</summary>
internal sealed class MachineLoad(Func<TimeSpan> own)
{
    private const string CountsFile = "/proc/stat";
    private const int TicksPerSecond = 100;

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _busyBefore = Busy();
    private readonly TimeSpan _ownBefore = own();

    /// <summary>Cores that others kept busy since this object was made: 0.5 is half of one core. 0 where it is not known.</summary>
    public double OthersSinceStart()
    {
        var others = Busy() - _busyBefore - (own() - _ownBefore);
        return Math.Max(0, Math.Round(others / TimeProvider.System.GetElapsedTime(_start), 2));
    }

    private static TimeSpan Busy()
    {
        if (!File.Exists(CountsFile))
        {
            return Environment.CpuUsage.TotalTime;
        }

        // cpu user nice system idle iowait irq softirq steal ...
        var counts = File.ReadLines(CountsFile).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] busy = [1, 2, 3, 6, 7, 8];
        var ticks = busy.Sum(i => long.Parse(counts[i], CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }
}
