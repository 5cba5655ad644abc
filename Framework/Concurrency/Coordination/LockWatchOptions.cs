using Microsoft.Extensions.Logging;

namespace Concurrency.Coordination;

/// <summary>What <see cref="LockWatch"/> looks for and whom it tells.</summary>
public sealed record LockWatchOptions
{
    /// <summary>How long the first waiter of a lock may wait before the lock is reported: 1 ms to 1 day, 10 s by default.</summary>
    /// <remarks>A report comes up to a quarter of it late.</remarks>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether to record the stack of whoever takes a lock: some ten microseconds each time.</summary>
    public bool RecordStacks { get; init; }

    /// <summary>Where to log reports as warnings; null for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Receives reports, on a timer's thread; what it throws is logged. Null for nobody.</summary>
    public Action<LockReport>? OnReport { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static void Validate(LockWatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.TimeProvider, "options.TimeProvider");
        if (options.Limit < TimeSpan.FromMilliseconds(1) || options.Limit > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(
                "options.Limit", options.Limit, $"The limit was {options.Limit}. Give a time from 1 ms to 1 day.");
        }

        if (options.Logger is null && options.OnReport is null)
        {
            throw new ArgumentException("Neither Logger nor OnReport is set, so nobody would learn of a held lock. Set one of them.", nameof(options));
        }
    }
}
