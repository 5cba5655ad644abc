using System.Globalization;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Bridging;

/// <summary>How the threads of <see cref="SyncBridge"/> are made and watched.</summary>
public sealed record SyncBridgeOptions
{
    private const int MostThreads = 32_767;
    private const int SmallestStack = 64 * 1024;
    private const int LargestStack = 1024 * 1024 * 1024;
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <summary>The name of the threads; not empty.</summary>
    public string Name { get; init; } = "bridge";

    /// <summary>Threads at most, 1 to 32,767: bridges beyond it wait before they start. The default is 512.</summary>
    public int MaximumThreads { get; init; } = 512;

    /// <summary>The stack size in bytes, 64 KiB to 1 GiB; 0 is the platform's default.</summary>
    public int StackSize { get; init; }

    /// <summary>How long a thread without work stays. The default is 10 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long bridged code may block in a turn of a single-threaded executor that watches for blocking waits, while other work of it is queued. Then the wait throws <see cref="BlockingWaitException"/>. The default is 1 s; <see cref="Timeout.InfiniteTimeSpan"/> never throws.</summary>
    public TimeSpan BlockedTurnLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long all threads may wait without a start while starts wait for a thread, before it is reported (up to twice as long). The default is 5 s.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Receives stalls beside the logger; what it throws is logged.</summary>
    public Action<SyncBridgeStall>? OnStall { get; init; }

    /// <summary>The clock of <see cref="StallLimit"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives stalls and failures that nobody awaits. By default they are written to the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal static SyncBridgeOptions Checked(SyncBridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name, "options.Name");
        ArgumentNullException.ThrowIfNull(options.TimeProvider, "options.TimeProvider");
        ArgumentNullException.ThrowIfNull(options.Logger, "options.Logger");
        Require(options.MaximumThreads is >= 1 and <= MostThreads, nameof(MaximumThreads), options.MaximumThreads, $"1 to {MostThreads}");
        Require(
            options.StackSize is 0 or (>= SmallestStack and <= LargestStack),
            nameof(StackSize),
            options.StackSize,
            $"{SmallestStack} to {LargestStack} bytes, or 0");
        ExecutorOptions.RequireSpan(options.IdleTimeout, nameof(IdleTimeout), s_day, infiniteAllowed: true);
        ExecutorOptions.RequireSpan(options.BlockedTurnLimit, nameof(BlockedTurnLimit), s_day, infiniteAllowed: true);
        ExecutorOptions.RequireSpan(options.StallLimit, nameof(StallLimit), s_day, infiniteAllowed: true);
        return options;
    }

    private static void Require(bool holds, string name, int value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} was {value}. Give {rule}."));
        }
    }
}
