using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>When and how a <see cref="Watchdog"/> speaks up.</summary>
public sealed record WatchdogOptions
{
    /// <summary>How long the work may take in silence: above zero, up to 49 days. The default is 5 s.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether it is said again each time that <see cref="After"/> has passed. The default is once.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>The level of the log. The default is <see cref="LogLevel.Warning"/>.</summary>
    public LogLevel Level { get; init; } = LogLevel.Warning;

    /// <summary>The clock; null for the system's, or that of the executor in a simulation.</summary>
    /// <remarks>Not that of any executor: the timers of a loop do not fire while the loop is blocked, and that is when a watchdog is needed.</remarks>
    public TimeProvider? TimeProvider { get; init; }
}
