using Concurrency.Testing.Engine;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>A schedule that failed, and what it takes to see it again.</summary>
public sealed record SimulationFailure
{
    /// <summary>Of which kind it is.</summary>
    public required SimulationFailureKind Kind { get; init; }

    /// <summary>What happened, who was involved, and where.</summary>
    public required string Message { get; init; }

    /// <summary>What was thrown, if something was.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The number of the schedule, from 1.</summary>
    public required int Schedule { get; init; }

    /// <summary>The step at which it failed.</summary>
    public required long Step { get; init; }

    /// <summary>Every choice of the schedule, for <c>Simulation.Replay</c>.</summary>
    public required SimulationTrace Trace { get; init; }
}
