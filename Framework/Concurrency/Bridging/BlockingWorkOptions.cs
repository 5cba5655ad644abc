using System.Globalization;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Bridging;

/// <summary>How <see cref="BlockingWork"/> runs its calls.</summary>
public sealed record BlockingWorkOptions
{
    /// <summary>The environment variable that sets <see cref="Threads"/> where the program does not.</summary>
    public const string ThreadsVariable = "CONCURRENCY_BLOCKING_THREADS";

    internal const int MostThreads = 4096;
    private const int DefaultThreads = 20;
    private const int LargestQueue = 10_000_000;

    /// <summary>Threads at most, 0 to 4096. 0 runs each call at once in its caller. The default is <see cref="ThreadsVariable"/>, or else 20.</summary>
    public int? Threads { get; init; }

    /// <summary>How many calls may be queued, not yet started, 1 to 10,000,000. The default is 1000.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>Whether a call fails with <see cref="Execution.ExecutorRejectedException"/> when the queue is full, instead of waiting for a place in the order of the calls.</summary>
    public bool RejectWhenFull { get; init; }

    /// <summary>How long a thread without work stays. The default is 10 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of <see cref="BlockingWork.StopAsync"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives failures of calls whose callers were cancelled. By default they are written to the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal static BlockingWorkOptions Checked(BlockingWorkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.TimeProvider, "options.TimeProvider");
        ArgumentNullException.ThrowIfNull(options.Logger, "options.Logger");
        Require(options.Threads is not (< 0 or > MostThreads), nameof(Threads), options.Threads ?? 0, $"1 to {MostThreads}, or 0 to run each call in its caller");
        Require(options.QueueLimit is >= 1 and <= LargestQueue, nameof(QueueLimit), options.QueueLimit, $"1 to {LargestQueue}");
        ExecutorOptions.RequireSpan(options.IdleTimeout, nameof(IdleTimeout), TimeSpan.FromDays(1), infiniteAllowed: true);
        return options;
    }

    /// <summary>The number of threads that applies.</summary>
    /// <exception cref="InvalidOperationException">The environment variable is no number in the range.</exception>
    internal int ThreadsToUse(Func<string, string?> environment)
    {
        if (Threads is { } chosen)
        {
            return chosen;
        }

        if (environment(ThreadsVariable) is not { Length: > 0 } text)
        {
            return DefaultThreads;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads <= MostThreads
            ? threads
            : throw new InvalidOperationException(
                $"The environment variable {ThreadsVariable} was '{text}'. Give a number from 1 to {MostThreads}, or 0 to run each call in its caller.");
    }

    private static void Require(bool holds, string name, int value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} was {value}. Give {rule}."));
        }
    }
}
