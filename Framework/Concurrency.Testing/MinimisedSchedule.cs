using Concurrency.Testing.Reports;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>A schedule that fails like another one, with as few changes of actor as could be found.</summary>
public sealed record MinimisedSchedule
{
    /// <summary>The choices of the schedule.</summary>
    public required SimulationTrace Trace { get; init; }

    /// <summary>How it fails: the same kind, and an exception of the same type, as the schedule that was minimised.</summary>
    public required SimulationFailure Failure { get; init; }

    /// <summary>How often another actor went than the one before, in the schedule that was minimised.</summary>
    public required int ContextSwitchesBefore { get; init; }

    /// <summary>How often another actor goes than the one before.</summary>
    public required int ContextSwitchesAfter { get; init; }

    /// <summary>How many runs it took.</summary>
    public required int Replays { get; init; }

    /// <summary>What happens in the schedule; null when <see cref="SimulationOptions.Explain"/> is off.</summary>
    public SimulationTimeline? Timeline { get; init; }
}
