namespace Concurrency.Testing.Schedules;

/// <summary>What one schedule of a body was like, for strategies that must know how long one is.</summary>
internal sealed class ScheduleEstimate
{
    public static readonly ScheduleEstimate None = new() { Steps = 64, StepsOfActor = [] };

    public required int Steps { get; init; }

    /// <summary>The number of turns of each actor, by the order of creation.</summary>
    public required int[] StepsOfActor { get; init; }
}
