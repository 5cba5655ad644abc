using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Logs that work takes longer than expected, while it does and when it has ended.</summary>
/// <remarks>It ends nothing; a <see cref="TimeoutScope"/> does. All members are safe to call from any thread.</remarks>
public sealed class Watchdog : IDisposable
{
    // What timers take.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(49);

    private readonly ILogger _logger;
    private readonly string _action;
    private readonly WatchdogOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly ITimer _timer;
    private int _hasSpoken;
    private int _hasEnded;

    private Watchdog(ILogger logger, string action, WatchdogOptions options)
    {
        _logger = logger;
        _action = action;
        _options = options;
        _clock = options.TimeProvider ?? (Executor.Current is { Kind: ExecutorKind.Simulated } simulated ? simulated.TimeProvider : TimeProvider.System);
        _start = _clock.GetTimestamp();
        _timer = _clock.CreateTimer(
            static watchdog => ((Watchdog)watchdog!).Speak(), this, options.After, options.IsRepeated ? options.After : Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to watch a block, until the watchdog is disposed.</summary>
    /// <param name="logger">Where it is logged.</param>
    /// <param name="action">What the block does, such as "loading the index".</param>
    /// <param name="options">When and how; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time of the options is zero, negative or above 49 days.</exception>
    public static Watchdog Watch(ILogger logger, string action, WatchdogOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentException.ThrowIfNullOrWhiteSpace(action);
        options ??= new WatchdogOptions();
        if (options.After <= TimeSpan.Zero || options.After > s_longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.After, $"A watchdog of '{action}' cannot speak after {options.After}. Use a time above zero and up to {s_longest.Days} days.");
        }

        return new Watchdog(logger, action, options);
    }

    /// <summary>Runs work and watches it; the log then says how it ended, too.</summary>
    /// <param name="logger">Where it is logged.</param>
    /// <param name="action">What the work does, such as "loading the index".</param>
    /// <param name="work">Runs in the caller.</param>
    /// <param name="options">When and how; null for the defaults.</param>
    public static async Task<T> RunAsync<T>(ILogger logger, string action, Func<Task<T>> work, WatchdogOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var watchdog = Watch(logger, action, options);
        try
        {
            var result = await Given.Task(work(), "Watchdog.RunAsync").ConfigureAwait(Executor.Current is not null);
            watchdog.End("it returned");
            return result;
        }
        catch (Exception error)
        {
            watchdog.End(error is OperationCanceledException ? "it was cancelled" : $"it failed with {error.GetType().Name}: {error.Message}");
            throw;
        }
    }

    /// <inheritdoc cref="RunAsync{T}(ILogger, string, Func{Task{T}}, WatchdogOptions?)"/>
    public static Task RunAsync(ILogger logger, string action, Func<Task> work, WatchdogOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(logger, action, WithoutResult.Of(work), options);
    }

    /// <summary>Ends the watch; if it has spoken, it also says how long the block has taken.</summary>
    public void Dispose() => End("its block was left");

    private void Speak()
    {
        if (Volatile.Read(ref _hasEnded) == 0)
        {
            Volatile.Write(ref _hasSpoken, 1);
            var elapsed = _clock.GetElapsedTime(_start);
            _logger.TakesLong(_options.Level, _action, elapsed, _options.After);
        }
    }

    private void End(string how)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _timer.Dispose();
            if (Volatile.Read(ref _hasSpoken) != 0)
            {
                var elapsed = _clock.GetElapsedTime(_start);
                _logger.TookLong(_options.Level, _action, elapsed, _options.After, how);
            }
        }
    }
}
