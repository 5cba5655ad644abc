using Concurrency.Testing.Capture;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Engine;

/// <summary>What one schedule needs to know.</summary>
internal sealed class WorldOptions
{
    public required Strategy Strategy { get; init; }

    /// <summary>The thread pool, if what it would run belongs to the schedule; null otherwise.</summary>
    public CapturedPool? Pool { get; init; }

    /// <summary>Whether it has no end and no failures.</summary>
    public bool IsLive { get; init; }

    /// <summary>Looks for behaviour that is new; null if nobody asks.</summary>
    public Novelty? Novelty { get; init; }

    public Detectors Detectors { get; init; } = Detectors.Default;

    public long MaximumSteps { get; init; } = 100_000;

    /// <summary>How long, in virtual time, what the body started may go on after its end.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest virtual time of a schedule.</summary>
    public TimeSpan MaximumTime { get; init; } = TimeSpan.FromDays(3660);
}
