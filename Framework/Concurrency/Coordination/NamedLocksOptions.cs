using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Coordination;

/// <summary>How <see cref="NamedLocks"/> are shared, and what is logged about them.</summary>
public sealed record NamedLocksOptions
{
    /// <summary>Is put before each name in logs and files, so that programs that share a directory do not share locks. The default is empty.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Where processes of this machine meet: each lock is also taken between processes, through a file of its name there. Null, the default, for this process only.</summary>
    /// <remarks>The directory must exist when a lock is taken. The file is called like the lock; all but the letters and digits of ASCII, <c>-</c>, <c>_</c> and <c>.</c> (not as the first) is percent-encoded, and what is too long then ends with its SHA-256.</remarks>
    public string? Directory { get; init; }

    /// <summary>A wait longer than this is logged as a warning when it ends; <see cref="Timeout.InfiniteTimeSpan"/>, the default, for never.</summary>
    public TimeSpan SlowWait { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>A lock that was held longer than this is logged as a warning when it is released; <see cref="Timeout.InfiniteTimeSpan"/>, the default, for never.</summary>
    public TimeSpan SlowHold { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The clock of waits and timeouts; null for that of the current executor for timeouts, or else the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Where waited and held times are logged, at the debug level; the default logs nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal void ThrowIfInvalid()
    {
        ArgumentNullException.ThrowIfNull(Prefix);
        ArgumentNullException.ThrowIfNull(Logger);
        ThrowIfNegative(SlowWait, nameof(SlowWait));
        ThrowIfNegative(SlowHold, nameof(SlowHold));
    }

    private static void ThrowIfNegative(TimeSpan limit, string option)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(option, limit,
                $"Named locks cannot warn after {limit}. Use zero or more, or Timeout.InfiniteTimeSpan for never.");
        }
    }
}
