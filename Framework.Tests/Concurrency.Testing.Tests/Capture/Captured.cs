using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Capture;

/// <summary>Runs bodies in the captured mode.</summary>
internal static class Captured
{
    public static SimulationOptions Options(int schedules = 50) =>
        new() { Mode = SimulationMode.Captured, Strategy = SimulationStrategy.RandomWalk, Schedules = schedules, Explain = false, Minimise = false };

    /// <summary>Explores twice: every schedule passes, and both explorations come to the same.</summary>
    public static SimulationReport Passes(Func<Sim, Task> body, int schedules = 50)
    {
        var first = Simulation.Explore(body, Options(schedules));
        first.ThrowIfFailed();
        Assert.Null(first.Notice);
        var second = Simulation.Explore(body, Options(schedules));
        second.ThrowIfFailed();
        Assert.Equal((first.Hash, first.Steps), (second.Hash, second.Steps));
        return first;
    }
}
