namespace Concurrency.Testing.Engine;

/// <summary>The first thing that went wrong in a schedule.</summary>
/// <param name="Kind">Of which kind it is.</param>
/// <param name="Message">What happened, who was involved, and where.</param>
/// <param name="Exception">What was thrown, if something was.</param>
/// <param name="Step">The step at which it was seen.</param>
internal sealed record WorldFailure(SimulationFailureKind Kind, string Message, Exception? Exception, long Step)
{
    /// <summary>Stands for no failure: the strategy gave the schedule up.</summary>
    public static readonly WorldFailure GivenUp = new(SimulationFailureKind.Divergence, "The strategy gave the schedule up.", null, 0);
}
