using System.Globalization;
using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>What all kinds of executor can be told at construction.</summary>
public record ExecutorOptions
{
    /// <summary>The name in statistics, thread names and messages; not empty.</summary>
    public string Name { get; init; } = "executor";

    /// <summary>The clock. With the system clock a single-threaded executor runs its own timers; another clock keeps them, and only their callbacks run on the executor.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives blocking reports, long turns and unhandled exceptions. By default they are written to the standard error stream, unless a callback below receives them; <see cref="Microsoft.Extensions.Logging.Abstractions.NullLogger"/> silences them.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    /// <summary>Receives what a posted callback threw. Null: it is logged and thrown again on the .NET thread pool, which ends the process.</summary>
    public Action<Executor, Exception>? OnUnhandledException { get; init; }

    /// <summary>Receives tasks that failed and that nobody had awaited when the executor ended; what it throws is logged.</summary>
    public Action<TaskFailure>? OnUnseenFailure { get; init; }

    /// <summary>
    /// Called for each refusal of new work with how many callbacks were queued, on the thread of the caller; gives the exception that
    /// the caller gets instead of <see cref="ExecutorRejectedException"/>, or null. What it throws is logged.
    /// </summary>
    public Func<Executor, int, Exception?>? OnRejected { get; init; }

    /// <summary>What happens when code blocks the thread that it runs on. The default depends on the kind: cooperative reports, the others ignore.</summary>
    public OnBlocking OnBlocking { get; init; }

    /// <summary>Waits that end sooner are counted and only sampled for a report: a lock that is contended for microseconds starves nobody.</summary>
    public TimeSpan BlockingGrace { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Receives blocking reports, on the blocked thread, before it blocks further; what it throws is logged.</summary>
    public Action<BlockingReport>? OnBlockingReport { get; init; }

    /// <summary>Turns that take longer are reported; <see cref="Timeout.InfiniteTimeSpan"/> turns the report off. The default is 100 ms on a cooperative executor, off on the others. One that has not ended after ten to twenty times as long is logged while it runs, except on an inline executor.</summary>
    public TimeSpan LongTurnLimit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Receives long turns, on the thread that ran them; what it throws is logged.</summary>
    public Action<LongTurnReport>? OnLongTurn { get; init; }

    /// <summary>How long disposal lets cancelled work run on before it gives up on it. The default is 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What tells the time to the watchdog of long turns; the user's clock may be one that stands still.</summary>
    internal TimeProvider WatchdogClock { get; init; } = TimeProvider.System;

    /// <summary><see cref="Logger"/> for threads on which nobody catches what it throws.</summary>
    internal ILogger Log => SafeLogger.Around(Logger);

    /// <summary>Where to log what a callback may receive as well: nowhere if there is no logger and the callback is there.</summary>
    internal ILogger? LoggerBeside(Delegate? callback) => callback is not null && Logger is LastResortLogger ? null : Log;

    internal static void Validate(ExecutorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name, "options.Name");
        ArgumentNullException.ThrowIfNull(options.TimeProvider, "options.TimeProvider");
        ArgumentNullException.ThrowIfNull(options.Logger, "options.Logger");
        RequireSpan(options.BlockingGrace, nameof(BlockingGrace), TimeSpan.FromMinutes(1), infiniteAllowed: false);
        RequireSpan(options.LongTurnLimit, nameof(LongTurnLimit), TimeSpan.FromDays(1), infiniteAllowed: true);
        RequireSpan(options.ShutdownTimeout, nameof(ShutdownTimeout), TimeSpan.FromDays(1), infiniteAllowed: true);
    }

    internal static void RequireCount(int value, string name, int largest)
    {
        if (value < 1 || value > largest)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} was {value}. Give 1 to {largest}."));
        }
    }

    internal static void RequireSpan(TimeSpan value, string name, TimeSpan largest, bool infiniteAllowed)
    {
        var inRange = value >= TimeSpan.Zero && value <= largest;
        if (!inRange && !(infiniteAllowed && value == Timeout.InfiniteTimeSpan))
        {
            throw new ArgumentOutOfRangeException(
                name,
                value,
                $"{name} was {value}. Give a time from 0 to {largest}{(infiniteAllowed ? ", or Timeout.InfiniteTimeSpan" : "")}.");
        }
    }
}
