namespace Concurrency.Testing;

/// <summary>What a simulation controls.</summary>
public enum SimulationMode
{
    /// <summary>The executors and the clock of the simulation; what leaves them is an escape, and fails the schedule.</summary>
    Owned,

    /// <summary>Also the thread pool of .NET, so that <c>Task.Run</c>, <c>ConfigureAwait(false)</c> and libraries stay under control.</summary>
    /// <remarks>
    /// For the whole process, one exploration at a time: while it runs, the pool runs nothing else. Real timers, real I/O and threads
    /// of one's own stay outside; a schedule that waits for them fails and says so. On a version of .NET whose pool differs from what
    /// the kit knows, <see cref="Owned"/> is used instead, with every escape a failure; see <see cref="SimulationReport.Notice"/>.
    /// </remarks>
    Captured,
}
