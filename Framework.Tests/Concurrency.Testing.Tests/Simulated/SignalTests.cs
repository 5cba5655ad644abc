using System.Runtime.InteropServices;
using Concurrency.Sources.Signals;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>How the signals of a simulated process come.</summary>
public sealed class SignalTests
{
    private const PosixSignal RealTime = (PosixSignal)40;

    [Fact]
    public void Send_StandardSignalTwiceAtOnce_IsOneDelivery() => Explore(async sim =>
    {
        await using var source = await StartedAsync(sim, PosixSignal.SIGHUP);
        sim.Signals.Send(PosixSignal.SIGHUP);
        sim.Signals.Send(PosixSignal.SIGHUP);
        await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock);

        Assert.Equal(1, (await source.Events.ReadAsync()).Count);
        Assert.False(source.Events.TryRead(out _));
        Assert.Equal(1, sim.Signals.Merged);
    });

    [Fact]
    public void Send_RealTimeSignal_IsCounted() => Explore(async sim =>
    {
        await using var source = await StartedAsync(sim, RealTime);
        for (var i = 0; i < 3; i++)
        {
            sim.Signals.Send(RealTime);
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(40, (await source.Events.ReadAsync()).Number);
        }

        Assert.Equal(0, sim.Signals.Merged);
    });

    [Fact]
    public void Send_NobodyTakesIt_IsToldAsUntaken() => Explore(async sim =>
    {
        await using (await StartedAsync(sim, PosixSignal.SIGTERM))
        {
            sim.Signals.Send(PosixSignal.SIGHUP);
        }

        sim.Signals.Send(PosixSignal.SIGTERM);
        await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock);

        Assert.Equal([PosixSignal.SIGHUP, PosixSignal.SIGTERM], sim.Signals.Untaken.OrderDescending());
    });

    [Fact]
    public void Send_OneThatNobodyCanTake_IsRefused() => Explore(sim =>
    {
        Assert.Throws<ArgumentException>(() => sim.Signals.Send((PosixSignal)9));
        return Task.CompletedTask;
    });

    [Fact]
    public void Swarm_Termination_ComesLateAndTwiceInSomeSchedules()
    {
        var report = Simulation.Explore(
            async sim =>
            {
                await using var source = await StartedAsync(sim, PosixSignal.SIGTERM);
                sim.Signals.Send(PosixSignal.SIGTERM);
                await source.Events.ReadAsync();
                var late = sim.Clock.Elapsed > TimeSpan.FromMilliseconds(10);
                await Task.Delay(TimeSpan.FromSeconds(5), sim.Clock);
                var twice = source.Statistics.Observed == 2;
                sim.Sometimes(() => late, "late");
                sim.Sometimes(() => twice, "twice");
                sim.Sometimes(() => !late && !twice, "at once and once");
                await Task.Delay(TimeSpan.FromSeconds(5), sim.Clock);
            },
            new SimulationOptions { Schedules = 300, Faults = FaultLevel.Swarm });

        report.ThrowIfFailed();
        Assert.Equal(["signals.late", "signals.twice"], report.Coverage.Faults.Keys);
    }

    private static async Task<SignalSource> StartedAsync(Sim sim, PosixSignal signal)
    {
        var source = sim.Signals.CreateSource(signal);
        await source.StartAsync(sim.Executor);
        Assert.Equal(SignalDelivery.SignalThread, source.Delivery);
        return source;
    }

    private static void Explore(Func<Sim, Task> body) => Simulation.Explore(body, new SimulationOptions { Schedules = 100 }).ThrowIfFailed();
}
