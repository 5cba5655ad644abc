namespace Concurrency.Executors;

/// <summary>The life of an executor; it only moves forward.</summary>
internal enum ExecutorPhase
{
    /// <summary>Takes new work.</summary>
    Running,

    /// <summary>Refuses new work and runs what was admitted.</summary>
    Draining,

    /// <summary>Work was told to stop; what still runs may clean up for a bounded time.</summary>
    Stopping,
}
