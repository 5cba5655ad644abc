using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Measures the turns of one thread with the coarse clock: a few nanoseconds a turn, a few milliseconds of resolution.</summary>
internal sealed class TurnWatch
{
    /// <summary>The mark of a thread that runs no turns now.</summary>
    public const long Asleep = -1;

    [ThreadStatic]
    private static TurnWatch? t_current;

    private readonly Executor _executor;
    private readonly ExecutorOptions _options;
    private readonly long _limit = long.MaxValue;
    private readonly TurnWatchdog? _watchdog;
    private long _last = Asleep;
    private long _longTurns;
    private long _runMilliseconds;
    private string? _work;
    private Delegate? _code;

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

    /// <summary>Milliseconds that turns took, those of the turn that runs now excluded.</summary>
    public long RunMilliseconds => Volatile.Read(ref _runMilliseconds);

    /// <summary>Milliseconds that the turn that runs now has taken, within a tick of the clock.</summary>
    public long RunningMilliseconds => Began is >= 0 and var began ? Math.Max(0, CoarseClock.Milliseconds() - began) : 0;

    /// <summary>Whether the thread runs no turns now.</summary>
    public bool IsAsleep => Began == Asleep;

    /// <summary>When the turn that runs began, within a tick of the clock, or <see cref="Asleep"/>.</summary>
    public long Began => Volatile.Read(ref _last);

    /// <summary>The managed thread id of the thread that was last awake.</summary>
    public int ThreadId { get; private set; }

    /// <summary>Told by a pattern before it calls the user's code: whose turn this is cannot be seen from the pattern's own continuation.</summary>
    /// <param name="work">The name of the work, such as that of a component.</param>
    /// <param name="code">What is about to be called.</param>
    public static void Note(string work, Delegate code)
    {
        if (t_current is { } watch)
        {
            watch._code = code;
            watch._work = work;
        }
    }

    /// <summary>Names what a turn runs: the work that was noted in it, or the method behind its callback.</summary>
    public string Describe(in ExecutorWork work) =>
        _work is { } name && _code is { } code ? $"{WorkDescription.MethodOf(code)} for '{name}'" : WorkDescription.MethodOf(work);

    /// <summary>Watches the turns of the calling thread from now on.</summary>
    public void Enter()
    {
        t_current = this;
        Resume();
    }

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
            _work = null;
            return false;
        }

        Volatile.Write(ref _last, now);
        Volatile.Write(ref _runMilliseconds, _runMilliseconds + elapsed);
        if (elapsed >= _limit)
        {
            Report(work, TimeSpan.FromMilliseconds(elapsed));
            _last = CoarseClock.Milliseconds();
        }

        _work = null;
        return true;
    }

    private void Report(in ExecutorWork work, TimeSpan duration)
    {
        var seen = Interlocked.Increment(ref _longTurns);
        var report = new LongTurnReport
        {
            Executor = _executor,
            Method = Describe(work),
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
            ExecutorLog.ReportCallbackFailed(_options.Log, _executor, error);
        }
    }
}
