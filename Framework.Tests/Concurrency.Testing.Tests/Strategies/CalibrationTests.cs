using System.Globalization;
using Concurrency.Testing.Strategies;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>How many schedules the strategies need for known bugs; the figures are the same on every run.</summary>
public sealed class CalibrationTests(ITestOutputHelper output)
{
    private const int Seeds = 20;
    private const int Most = 2000;

    /// <summary>How far a strategy is followed that need not find the bug; all the way behind the environment variable KERNELS=full.</summary>
    private static readonly int s_mostForOthers = Environment.GetEnvironmentVariable("KERNELS") == "full" ? Most : 100;

    /// <summary>The bound that each strategy keeps on the median seed; 0 where it need not find the bug.</summary>
    public static TheoryData<string, string, int> Bounds => new()
    {
        { nameof(CalibrationBodies.Philosophers), "random", 200 },
        { nameof(CalibrationBodies.Philosophers), "urw", 200 },
        { nameof(CalibrationBodies.Philosophers), "pos", 1000 },
        { nameof(CalibrationBodies.Philosophers), "pct:2", 0 },
        { nameof(CalibrationBodies.Philosophers), "pct:5", 0 },
        { nameof(CalibrationBodies.Philosophers), "portfolio", 600 },
        { nameof(CalibrationBodies.Reorder20), "random", 60 },
        { nameof(CalibrationBodies.Reorder20), "urw", 60 },
        { nameof(CalibrationBodies.Reorder20), "pos", 60 },
        { nameof(CalibrationBodies.Reorder20), "pct:2", 0 },
        { nameof(CalibrationBodies.Reorder20), "pct:5", 0 },
        { nameof(CalibrationBodies.Reorder20), "portfolio", 100 },
        { nameof(CalibrationBodies.TwoStage), "random", 60 },
        { nameof(CalibrationBodies.TwoStage), "urw", 60 },
        { nameof(CalibrationBodies.TwoStage), "pos", 60 },
        { nameof(CalibrationBodies.TwoStage), "pct:2", 0 },
        { nameof(CalibrationBodies.TwoStage), "pct:5", 0 },
        { nameof(CalibrationBodies.TwoStage), "portfolio", 100 },
        { nameof(CalibrationBodies.LongAway), "pct:2", 20 },
        { nameof(CalibrationBodies.LongAway), "pct:5", 60 },
        { nameof(CalibrationBodies.LongAway), "pos", 0 },
        { nameof(CalibrationBodies.LongAway), "random", 0 },
        { nameof(CalibrationBodies.LongAway), "urw", 0 },
        { nameof(CalibrationBodies.LongAway), "delay:1", 0 },
        { nameof(CalibrationBodies.LongAway), "portfolio", 100 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void MedianSchedules_UntilFound_IsBounded(string name, string strategy, int bound)
    {
        Func<Sim, Task> body = name switch
        {
            nameof(CalibrationBodies.Philosophers) => CalibrationBodies.Philosophers,
            nameof(CalibrationBodies.Reorder20) => CalibrationBodies.Reorder20,
            nameof(CalibrationBodies.TwoStage) => CalibrationBodies.TwoStage,
            _ => CalibrationBodies.LongAway,
        };
        var found = Enumerable.Range(1, Seeds).Select(seed => SchedulesUntilFound(body, strategy, (ulong)seed, bound == 0 ? s_mostForOthers : Most)).Order().ToList();
        output.WriteLine($"{name,-14} {strategy,-10} median {Shown(found[Seeds / 2])}, largest {Shown(found[^1])}");
        Assert.True(bound == 0 || found[Seeds / 2] <= bound, $"{name} with {strategy}: {found[Seeds / 2]} schedules instead of {bound}.");
    }

    private static int SchedulesUntilFound(Func<Sim, Task> body, string strategy, ulong seed, int most)
    {
        var report = Simulation.Explore(body, new SimulationOptions
        {
            Strategy = SimulationStrategy.Parse(strategy),
            Seed = seed,
            Schedules = most,
            Minimise = false,
            Explain = false,
            Variables = _ => null,
        });
        return report.Failure?.Schedule ?? int.MaxValue;
    }

    private static string Shown(int schedules) => schedules == int.MaxValue ? "never" : schedules.ToString(CultureInfo.InvariantCulture);
}
