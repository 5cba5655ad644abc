using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Measures the turns of one thread with the coarse clock: a few nanoseconds a turn, a few milliseconds of resolution.</summary>
internal sealed class TurnWatch(Executor executor, ExecutorOptions options)
{
    private readonly long _limit = options.LongTurnLimit == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : Math.Max(1, (long)options.LongTurnLimit.TotalMilliseconds);

    private long _last;
    private long _longTurns;

    public long LongTurns => Volatile.Read(ref _longTurns);

    /// <summary>Time that passes until now belongs to no turn.</summary>
    public void Resume() => _last = CoarseClock.Milliseconds();

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
        Interlocked.Increment(ref _longTurns);
        var report = new LongTurnReport
        {
            Executor = executor,
            Method = WorkDescription.MethodOf(work),
            Duration = duration,
            ThreadId = Environment.CurrentManagedThreadId,
        };
        ExecutorLog.LongTurn(options.Logger, report.Method, executor, duration, report.ThreadId);
        try
        {
            options.OnLongTurn?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(options.Logger, executor, error);
        }
    }
}
