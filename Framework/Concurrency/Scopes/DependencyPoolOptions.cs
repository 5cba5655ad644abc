using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>How a <see cref="DependencyPool{TKey,TValue}"/> runs its work.</summary>
public sealed record DependencyPoolOptions
{
    /// <summary>Names the pool in messages, logs and snapshots. The default is "dependencies".</summary>
    public string Name { get; init; } = "dependencies";

    /// <summary>How much work may run at a time, 1 or more; null, the default, for no limit. Work does not count as long as it waits for its dependencies or for other keys of the pool, be it in the background.</summary>
    public int? MaximumConcurrency { get; init; }

    /// <summary>Where work runs; null for the executor that is current when it is started, or the .NET thread pool.</summary>
    public Executor? Executor { get; init; }

    /// <summary>Where failures are logged that nobody has looked at; the default is the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(Logger);
        if (MaximumConcurrency < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaximumConcurrency), MaximumConcurrency,
                $"The pool '{Name}' cannot run {MaximumConcurrency} pieces of work at a time. Use 1 or more, or null for no limit.");
        }
    }
}
