#pragma warning disable CA1822 // Tests are members of an instance.

namespace Concurrency.Testing.Xunit.Tests;

/// <summary>Tests that cannot run as they are written.</summary>
internal sealed class WrongTests
{
    [Simulation]
    public void NoSim()
    {
    }

    [Simulation]
    public void OtherFirst(int number, Sim sim) => sim.Choose(number);

    [Simulation]
    public void NoData(Sim sim, int number) => sim.Choose(number);

    [Simulation]
    [InlineData(1)]
    public void NoPlaceForData(Sim sim) => sim.Choose(2);

    [Simulation]
    [InlineData(1, 2)]
    public void LongRow(Sim sim, int number) => sim.Choose(number);

    [Simulation]
    public int Returns(Sim sim) => sim.Choose(2);

    [Simulation]
    public async void AsyncVoid(Sim sim)
    {
        await Task.Yield();
        sim.Choose(2);
    }

    [Simulation]
    public void Generic<T>(Sim sim) => sim.Choose(typeof(T).Name.Length);

    [Simulation(Strategy = "best")]
    public void BadStrategy(Sim sim) => sim.Choose(2);

    [Simulation(Schedules = 0)]
    public void NoSchedules(Sim sim) => sim.Choose(2);

    [Simulation(MaximumSteps = 0)]
    public void NoSteps(Sim sim) => sim.Choose(2);
}
