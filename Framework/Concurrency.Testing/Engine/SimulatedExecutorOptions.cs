using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Engine;

/// <summary>What a simulated executor that stands alone can be told: see <see cref="SimulatedExecutor.Start"/>.</summary>
public sealed record SimulatedExecutorOptions : ExecutorOptions
{
    /// <summary>How many turns can overlap at operations on types of this framework, from 1; with 1, the default, it keeps the order of an event loop.</summary>
    public int MaximumConcurrency { get; init; } = 1;

    /// <summary>The kind of executor whose rules it keeps.</summary>
    public ExecutorKind Mimics { get; init; } = ExecutorKind.Cooperative;

    /// <summary>Which of several ready turns goes next.</summary>
    public SimulationStrategy Strategy { get; init; } = SimulationStrategy.RandomWalk;

    internal static void Validate(SimulatedExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        RequireCount(options.MaximumConcurrency, nameof(MaximumConcurrency), int.MaxValue);
        ArgumentNullException.ThrowIfNull(options.Strategy, "options.Strategy");
    }
}
