using Concurrency.Testing.Strategies;

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

    /// <summary>Runs a body under one schedule for each order of operations that can influence each other, and under all values that it asks for.</summary>
    /// <param name="body">Called once per schedule, as by <see cref="Explore"/>. Small: a few actors with a few operations each.</param>
    /// <param name="options">How to explore; null for at most a million schedules. Of its strategies, only <c>dfs</c> is used instead of <c>dpor</c>.</param>
    /// <returns>
    /// <see cref="SimulationReport.IsExhaustive"/> if all schedules were run, and then what passed is proved;
    /// see <see cref="SimulationReport.ThrowIfNotProved"/>.
    /// </returns>
    /// <remarks>
    /// <para>It sees the types of this framework, the executors and timers of the simulation, and the tokens given to operations. Plain
    /// variables which actors share, and other types that they share, must be wrapped in a <c>Shared</c> value: without it, two
    /// orders of their use count as one.</para>
    /// <para>Steps take no time: a timer fires when nothing else can go on. That it fires earlier, because the others are slow,
    /// is for <see cref="Explore"/>.</para>
    /// </remarks>
    public static SimulationReport Prove(Func<Sim, Task> body, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions { Schedules = 1_000_000 };
        ArgumentNullException.ThrowIfNull(options.Strategy);
        return Explore(body, options with { Strategy = options.Strategy == SimulationStrategy.Dfs ? SimulationStrategy.Dfs : SimulationStrategy.Dpor });
    }
}
