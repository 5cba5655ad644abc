using Concurrency.Executors;
using Concurrency.Time;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>How <see cref="RetryForever"/> waits between tries, and what it logs.</summary>
public sealed record RetryForeverOptions
{
    /// <summary>Names the work in the log. The default is "work".</summary>
    public string Name { get; init; } = "work";

    /// <summary>How long to wait before each new try. The default is 1 s each time.</summary>
    public Backoff Delay { get; init; } = new() { Initial = TimeSpan.FromSeconds(1), Factor = 1 };

    /// <summary>How often a failure with the same message is logged at most: zero or more. The default is once per minute.</summary>
    public TimeSpan SameLogInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock; null for that of the current executor, or else the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Where failures are logged; the default is the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(Delay);
        ArgumentNullException.ThrowIfNull(Logger);
        if (SameLogInterval < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(SameLogInterval), SameLogInterval,
                $"The failures of '{Name}' cannot be logged every {SameLogInterval}. Use zero to log each, or more.");
        }
    }
}
