using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Measures the turns of one thread with the coarse clock: a few nanoseconds a turn, a few milliseconds of resolution.</summary>
internal sealed class TurnWatch
{
    /// <summary>The mark of a thread that runs no turns now.</summary>
    public const long Asleep = -1;

    private readonly Executor _executor;
    private readonly ExecutorOptions _options;
    private readonly long _limit = long.MaxValue;
    private readonly TurnWatchdog? _watchdog;
    private long _last = Asleep;
    private long _longTurns;

    public TurnWatch(Executor executor, ExecutorOptions options, bool hasWatchdog)
    {
        _executor = executor;
        _options = options;
        if (options.LongTurnLimit != Timeout.InfiniteTimeSpan)
        {
            _limit = Math.Max(1, (long)options.LongTurnLimit.TotalMilliseconds);
            _watchdog = hasWatchdog && options.LongTurnLimit > TimeSpan.Zero ? new TurnWatchdog(this, executor, options) : null;
        }
    }

    public long LongTurns => Volatile.Read(ref _longTurns);

    /// <summary>When the turn that runs began, within a tick of the clock, or <see cref="Asleep"/>.</summary>
    public long Began => Volatile.Read(ref _last);

    /// <summary>The managed thread id of the thread that was last awake.</summary>
    public int ThreadId { get; private set; }

    /// <summary>The thread runs no turns until it resumes.</summary>
    public void Pause() => Volatile.Write(ref _last, Asleep);

    /// <summary>Time that passes until now belongs to no turn.</summary>
    public void Resume()
    {
        ThreadId = Environment.CurrentManagedThreadId;
        Volatile.Write(ref _last, CoarseClock.Milliseconds());
        _watchdog?.Awake();
    }

    /// <summary>A turn has ended.</summary>
    /// <returns>Whether the coarse clock has moved since the last one ended.</returns>
    public bool TurnEnded(in ExecutorWork work)
    {
        var now = CoarseClock.Milliseconds();
        var elapsed = now - _last;
        if (elapsed == 0)
        {
            return false;
        }

        _last = now;
        if (elapsed >= _limit)
        {
            Report(work, TimeSpan.FromMilliseconds(elapsed));
            _last = CoarseClock.Milliseconds();
        }

        return true;
    }

    private void Report(in ExecutorWork work, TimeSpan duration)
    {
        var seen = Interlocked.Increment(ref _longTurns);
        var report = new LongTurnReport
        {
            Executor = _executor,
            Method = WorkDescription.MethodOf(work),
            Duration = duration,
            ThreadId = Environment.CurrentManagedThreadId,
        };
        var logger = _options.LoggerBeside(_options.OnLongTurn);
        try
        {
            // Nobody can filter the standard error stream.
            if (logger is not null && (logger is not LastResortLogger || PowersOfTen.Contain(seen)))
            {
                ExecutorLog.LongTurn(logger, report.Method, _executor, duration, report.ThreadId);
            }

            _options.OnLongTurn?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(_options.Logger, _executor, error);
        }
    }
}
