using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Where and by which clock <see cref="SpawnAfter"/> runs its work.</summary>
public sealed record SpawnAfterOptions
{
    /// <summary>Where the work runs; null for the executor that is current when it is spawned, or the .NET pool.</summary>
    public Executor? Executor { get; init; }

    /// <summary>The clock; null for that of the executor, or the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Where a failure is logged that nobody awaits when it happens; the default writes to the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;
}
