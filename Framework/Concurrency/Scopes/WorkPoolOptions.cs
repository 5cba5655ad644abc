using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>How a <see cref="WorkPool"/> is named, how large it is and where its work runs.</summary>
public sealed record WorkPoolOptions
{
    /// <summary>Names the pool in messages. The default is "pool".</summary>
    public string Name { get; init; } = "pool";

    /// <summary>How much work may run at the same time, 0 or more; with 0 every spawn waits. The default is 1000.</summary>
    public int Size { get; init; } = 1000;

    /// <summary>Where the work runs; null for the executor that is current when the pool is made, or the .NET pool.</summary>
    public Executor? Executor { get; init; }

    /// <summary>Where failures are logged that reach no caller; the default writes to the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    /// <summary>Is told of failures that reach no caller, where they happen; null for nobody. They are logged as well, unless only the default logger is there.</summary>
    public Action<WorkFailure>? OnFailure { get; init; }

    /// <summary>The clock of deadlines and delays; null for that of the executor, or the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(Logger);
        PoolSlots.CheckSize(Name, Size);
    }
}
