using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>Runs a test's body under many schedules, each of which can be run again.</summary>
public static class Simulation
{
    /// <summary>Runs a body under the schedules of a strategy until one fails or the number of schedules is reached.</summary>
    /// <param name="body">Called once per schedule. It takes its executors and its clock from the <see cref="Sim"/>.</param>
    /// <param name="options">How to explore; null for 1,000 schedules of the portfolio.</param>
    /// <returns>What it came to; see <see cref="SimulationReport.ThrowIfFailed"/>.</returns>
    public static SimulationReport Explore(Func<Sim, Task> body, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new SimulationOptions();
        options.Validate();
        return SimulationThread.Run(() => new Exploration(body, options).Run());
    }
}
