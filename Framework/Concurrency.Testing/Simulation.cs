using Concurrency.Execution;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>Runs a test's body under many schedules, each of which can be run again.</summary>
public static class Simulation
{
    /// <summary>Runs a body under the schedules of a strategy until one fails or the number of schedules is reached.</summary>
    /// <param name="body">Called once per schedule. It takes its executors and its clock from the <see cref="Sim"/>.</param>
    /// <param name="options">How to explore; null for 1,000 schedules of the portfolio.</param>
    /// <returns>What it came to; see <see cref="SimulationReport.ThrowIfFailed"/>.</returns>
    /// <remarks>
    /// The variables <c>SIM_SEED</c>, <c>SIM_TRACE</c>, <c>SIM_SCHEDULES</c>, <c>SIM_CHECK</c>, <c>SIM_BUDGET</c> and <c>SIM_TRACE_DIR</c>
    /// take the place of what <paramref name="options"/> say.
    /// </remarks>
    /// <exception cref="FormatException">One of the variables has a value that is not allowed.</exception>
    public static SimulationReport Explore(Func<Sim, Task> body, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new SimulationOptions();
        options.Validate();
        var variables = SimulationVariables.Read(options.Variables);
        options = variables.Apply(options);
        if (variables.Trace is { } trace)
        {
            return Replay(body, trace, Of(trace, options));
        }

        var runner = new Runner(body, options);
        var exploration = new Exploration(runner);
        return Run(runner, () => variables.Seed is { Strategy: not null } seed ? exploration.RunOnly(seed) : exploration.Run());
    }

    /// <summary>Runs the schedule of a trace again.</summary>
    /// <param name="body">The body whose schedule was recorded.</param>
    /// <param name="trace">Its choices.</param>
    /// <param name="options">The limits of the schedule; null for those that it was recorded with.</param>
    /// <returns>
    /// A report of one schedule, with the failure if it failed again. A run that comes to other choices than the trace fails with
    /// <see cref="Engine.SimulationFailureKind.Divergence"/>, at the first one.
    /// </returns>
    public static SimulationReport Replay(Func<Sim, Task> body, SimulationTrace trace, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(trace);
        options ??= Of(trace, new SimulationOptions());
        options.Validate();
        var runner = new Runner(body, options);
        return Run(runner, () => new Repetition(runner, trace).Run());
    }

    /// <summary>Runs the schedule of a trace file again.</summary>
    /// <param name="body">The body whose schedule was recorded.</param>
    /// <param name="path">A file that <see cref="SimulationTrace.Save"/> or a failed simulation wrote.</param>
    /// <param name="options">The limits of the schedule; null for those that it was recorded with.</param>
    /// <inheritdoc cref="Replay(Func{Sim, Task}, SimulationTrace, SimulationOptions?)"/>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or not a trace; the message says what was found.</exception>
    public static SimulationReport Replay(Func<Sim, Task> body, string path, SimulationOptions? options = null) =>
        Replay(body, SimulationTrace.Load(path), options);

    /// <summary>Finds a schedule that fails like that of a trace, with as few changes of actor, and as small values, as it can.</summary>
    /// <param name="body">The body whose schedule was recorded.</param>
    /// <param name="trace">The choices of a schedule that failed.</param>
    /// <param name="options">The limits; null for those that the schedule was recorded with.</param>
    /// <exception cref="ArgumentException">The schedule does not fail when it is run again.</exception>
    public static MinimisedSchedule Minimise(Func<Sim, Task> body, SimulationTrace trace, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(trace);
        options ??= Of(trace, new SimulationOptions());
        options.Validate();
        var runner = new Runner(body, options);
        return Run(runner, () => new Inquest(runner, ScheduleEstimate.None).Minimise(trace, 1)) ?? throw new ArgumentException(
            $"The schedule of seed {new SimulationSeed(trace.Seed)} does not fail when its {trace.Choices.Count} choices are made again. " +
            "Replay it to see where it differs, or record a new trace.", nameof(trace));
    }

    /// <summary>Finds a schedule that fails like another one, with as few changes of actor, and as small values, as it can.</summary>
    /// <param name="body">The body that failed.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="options">The limits; null for those that the schedule was recorded with.</param>
    /// <inheritdoc cref="Minimise(Func{Sim, Task}, SimulationTrace, SimulationOptions?)"/>
    public static MinimisedSchedule Minimise(Func<Sim, Task> body, SimulationFailure failure, SimulationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Minimise(body, failure.Trace, options);
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
        if (options.Mode != SimulationMode.Owned)
        {
            throw new ArgumentException($"Nothing can be proved in the mode {options.Mode}: what the types of .NET share is not seen. Use Explore.", nameof(options));
        }

        return Explore(body, options with { Strategy = options.Strategy == SimulationStrategy.Dfs ? SimulationStrategy.Dfs : SimulationStrategy.Dpor });
    }

    /// <summary>Runs every schedule of an exhaustive strategy, also after failures.</summary>
    internal static void RunEvery(Strategy strategy, Runner runner, Predicate<World> look) => Run(runner, () =>
    {
        Exploration.RunEvery(strategy, runner, look);
        return true;
    });

    private static SimulationOptions Of(SimulationTrace trace, SimulationOptions options) =>
        options with
        {
            MaximumSteps = trace.MaximumSteps,
            EndGrace = trace.EndGrace,
            Faults = trace.Faults,
            Detectors = Enum.TryParse<Detectors>(trace.Detectors, out var detectors) ? detectors : options.Detectors,
            Mode = trace.IsCaptured ? SimulationMode.Captured : options.Mode,
        };

    private static T Run<T>(Runner runner, Func<T> run)
    {
        Captures.RefuseNesting();
        return SimulationThread.Run(() =>
        {
            Interleaving.Enter();
            try
            {
                return runner.Options.Mode == SimulationMode.Captured ? Captures.Run(runner, run) : run();
            }
            finally
            {
                Interleaving.Leave();
            }
        });
    }
}
