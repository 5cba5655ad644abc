using System.Globalization;
using System.Text;
using Concurrency.Testing.Strategies;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>The regression suite of the kit: known bugs must be found soon, and their corrected forms raise no alarm.</summary>
public sealed class KernelTests(ITestOutputHelper output)
{
    private static readonly SimulationStrategy[] s_strategies =
    [
        SimulationStrategy.RandomWalk, SimulationStrategy.Pct(2), SimulationStrategy.Pct(5), SimulationStrategy.Pos, SimulationStrategy.Urw,
    ];

    public static TheoryData<string> Names => [.. KernelTable.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernel_WithItsBug_IsFoundWithinItsBound(string name)
    {
        var entry = KernelTable.Get(name);
        var found = KernelRuns.Portfolio(entry);
        output.WriteLine(Cell(found));
        var hits = found.Count(one => one is not null);
        Assert.True(hits >= 0.95 * found.Length, $"{name} was found by {hits} of {found.Length} seeds within {entry.Bound} schedules.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernel_Corrected_RaisesNoAlarm(string name) =>
        KernelTable.Get(name).Explore(isFixed: true, SimulationStrategy.Portfolio, seed: 1, KernelRuns.FixedSchedules).ThrowIfFailed();

    [Fact]
    public void Kernels_MostOfThem_AreFoundWithinTenSchedules()
    {
        // The median of five seeds is a rough one: the short form leaves room for a quarter, the long form for a fifth.
        var share = KernelRuns.IsFull ? 5 : 4;
        var late = KernelTable.All.Where(entry => !(KernelRuns.Median(KernelRuns.Portfolio(entry)) <= 10)).Select(entry => entry.Name).ToArray();
        Assert.True(share * late.Length <= KernelTable.All.Count, $"The median seed takes more than 10 schedules for {string.Join(", ", late)}.");
    }

    [Fact]
    public void Kernels_InTheLongForm_PrintTheTable()
    {
        var text = new StringBuilder("| kernel |");
        foreach (var strategy in s_strategies)
        {
            text.Append(CultureInfo.InvariantCulture, $" {strategy} |");
        }

        text.AppendLine(" portfolio |");
        var strategies = KernelRuns.IsFull ? s_strategies : [];
        foreach (var entry in KernelTable.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {entry.Name} |");
            foreach (var strategy in strategies)
            {
                text.Append(CultureInfo.InvariantCulture, $" {Cell(KernelRuns.Of(entry, strategy, KernelRuns.Seeds, Math.Min(entry.Bound, 1000)))} |");
            }

            text.AppendLine(CultureInfo.InvariantCulture, $" {Cell(KernelRuns.Portfolio(entry))} |");
        }

        output.WriteLine(text.ToString());
        Assert.Equal(KernelTable.All.Count + 2, text.ToString().Split('\n').Length);
    }

    /// <summary>Median and maximum, and how many seeds found it when not all did.</summary>
    private static string Cell(int?[] found)
    {
        var hits = found.Count(one => one is not null);
        return hits == 0
            ? "X"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{KernelRuns.Median(found)?.ToString(CultureInfo.InvariantCulture) ?? "X"} ({found.Max()}{(hits < found.Length ? $", {hits}/{found.Length}" : "")})");
    }
}
