using System.Collections.Concurrent;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>How many schedules each kernel takes, for how many seeds; the long form is behind the environment variable KERNELS=full.</summary>
internal static class KernelRuns
{
    private static readonly ConcurrentDictionary<string, int?[]> s_found = new();

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("KERNELS") == "full";

    public static int Seeds { get; } = IsFull ? 60 : 5;

    public static int FixedSchedules { get; } = IsFull ? 10_000 : 300;

    /// <summary>The schedules that the default strategy takes, seed by seed; null where it does not find the bug within the kernel's bound.</summary>
    public static int?[] Portfolio(KernelEntry entry) =>
        s_found.GetOrAdd(entry.Name, _ => Of(entry, SimulationStrategy.Portfolio, Seeds, entry.Bound));

    public static int?[] Of(KernelEntry entry, SimulationStrategy strategy, int seeds, int bound)
    {
        var found = new int?[seeds];
        for (var seed = 0; seed < seeds; seed++)
        {
            var report = entry.Explore(isFixed: false, strategy, (ulong)seed + 1, bound);
            if (report.Failure is { } failure)
            {
                Assert.True(entry.IsSymptom(failure.Kind), $"{entry.Name} was found in the wrong way: {failure.Kind}: {failure.Message}");
                found[seed] = failure.Schedule;
            }
        }

        return found;
    }

    /// <summary>The middle one; null when it is one that was not found.</summary>
    public static int? Median(int?[] found) => found.OrderBy(one => one ?? int.MaxValue).ElementAt(found.Length / 2);
}
