using Concurrency.Testing.Engine;
using Concurrency.Testing.Reports;
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

    /// <summary>The seed with which <c>SIM_SEED</c> runs this one schedule again; null if no seed does, as for strategies that go through schedules in turn.</summary>
    public SimulationSeed? Seed { get; init; }

    /// <summary>A schedule that fails alike with fewer changes of actor; null when it was not looked for.</summary>
    public MinimisedSchedule? Minimised { get; init; }

    /// <summary>What happened, in the minimised schedule if there is one; null when <see cref="SimulationOptions.Explain"/> is off.</summary>
    public SimulationTimeline? Timeline { get; init; }

    /// <summary>The file that the trace was written to, of the minimised schedule if there is one; null if none was asked for.</summary>
    public string? TracePath { get; init; }

    /// <summary>Why the trace could not be written.</summary>
    internal string? TraceProblem { get; init; }
}
