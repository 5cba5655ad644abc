using Concurrency.Sources;
using Concurrency.Testing.Clock;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>Timers under a clock that drifts, jumps or sleeps.</summary>
public sealed class TimerFaultTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Suspend_TimersThatCameDue_FireAtOnceAndLate() => Explore(async sim =>
    {
        var fired = new List<(int Timer, TimeSpan At)>();
        await using var one = sim.Clock.CreateTimer(_ => fired.Add((1, sim.Clock.Elapsed)), null, s_second, Timeout.InfiniteTimeSpan);
        await using var two = sim.Clock.CreateTimer(_ => fired.Add((2, sim.Clock.Elapsed)), null, 2 * s_second, Timeout.InfiniteTimeSpan);

        sim.Clock.Suspend(TimeSpan.FromHours(1));
        await Task.Delay(s_second, sim.Clock);

        Assert.Equal([1, 2], fired.Select(static f => f.Timer));
        Assert.All(fired, static f => Assert.InRange(f.At, TimeSpan.FromHours(1), TimeSpan.FromHours(1) + s_second));
    });

    [Fact]
    public void Suspend_TimerSource_MergesTheTicksOfTheSleep() => Explore(async sim =>
    {
        await using var source = new TimerSource(s_second);
        await source.StartAsync(sim.Executor);
        Assert.Equal(1, (await source.Events.ReadAsync()).Number);

        sim.Clock.Suspend(TimeSpan.FromMinutes(1));
        long ticks = 1;
        while (ticks < 60)
        {
            ticks += (await source.Events.ReadAsync()).Count;
        }

        Assert.Equal(source.Statistics.Observed, source.Statistics.Coalesced + source.Statistics.Published);
        Assert.InRange(sim.Clock.Elapsed, 61 * s_second, 63 * s_second);
    });

    [Fact]
    public void Jump_OfTheShownTime_DoesNotMoveTicks() => Explore(async sim =>
    {
        await using var source = new TimerSource(s_second);
        await source.StartAsync(sim.Executor);
        sim.Clock.Jump(TimeSpan.FromDays(-1));
        for (var number = 1; number <= 3; number++)
        {
            Assert.Equal((number, 1), ((await source.Events.ReadAsync()) is var tick ? (tick.Number, tick.Count) : default));
            sim.Clock.Jump(TimeSpan.FromDays(number));
        }

        Assert.InRange(sim.Clock.Elapsed, 3 * s_second, 4 * s_second);
    });

    [Fact]
    public void Drift_OfOneNode_ItsTicksComeAtItsOwnPace() => Explore(async sim =>
    {
        var fast = sim.Clock.CreateNode(rate: 2);
        await using var source = new TimerSource(new TimerSourceOptions(s_second) { TimeProvider = fast });
        await source.StartAsync(sim.Executor);
        for (var i = 0; i < 4; i++)
        {
            await source.Events.ReadAsync();
        }

        Assert.InRange(sim.Clock.Elapsed, 1.9 * s_second, 2.2 * s_second);
    });

    [Fact]
    public void Suspend_OfAClockAlone_FiresWithTheNextAdvance()
    {
        var clock = new VirtualClock();
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, s_second, Timeout.InfiniteTimeSpan);

        clock.Suspend(TimeSpan.FromMinutes(1));
        Assert.Equal(0, fired);
        clock.AdvanceBy(TimeSpan.Zero);

        Assert.Equal(1, fired);
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Suspend(-s_second));
    }

    private static void Explore(Func<Sim, Task> body) => Simulation.Explore(body, new SimulationOptions { Schedules = 50 }).ThrowIfFailed();
}
