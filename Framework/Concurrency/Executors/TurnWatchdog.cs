using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Tells of a turn that still runs after ten times the limit: of one that never ends nobody would learn otherwise.</summary>
/// <remarks>
/// It costs a turn nothing and an idle executor nothing: a timer that is armed only while the thread is awake looks for the same
/// turn twice in a row.
/// </remarks>
internal sealed class TurnWatchdog(TurnWatch watch, Executor executor, ExecutorOptions options)
{
    private const int Limits = 10;

    private readonly TimeSpan _period = options.LongTurnLimit * Limits;
    private ITimer? _timer;
    private int _armed;
    private long _seen = TurnWatch.Asleep;
    private long _reported = TurnWatch.Asleep;

    /// <summary>Called by the watched thread after it woke up.</summary>
    public void Awake()
    {
        // Between the store that says awake and this load: either the last look saw the thread awake, or this sees it disarmed.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _armed) == 0 && Interlocked.CompareExchange(ref _armed, 1, 0) == 0)
        {
            _seen = TurnWatch.Asleep;
            CleanThreads.Run(static self => ((TurnWatchdog)self!).SetTimer(), this);
        }
    }

    private void SetTimer()
    {
        _timer ??= options.WatchdogClock.CreateTimer(
            static self => ((TurnWatchdog)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        var began = watch.Began;
        if (began == TurnWatch.Asleep)
        {
            Volatile.Write(ref _armed, 0);
            Interlocked.MemoryBarrier();
            if (watch.Began != TurnWatch.Asleep)
            {
                Awake();
            }

            return;
        }

        // Any turn that ends later than the clock's last tick moves the mark, so the same mark is the same turn.
        if (began == _seen && began != _reported)
        {
            _reported = began;
            ExecutorLog.LongTurnRunning(options.Log, executor, _period, watch.ThreadId);
        }

        _seen = began;
        SetTimer();
    }
}
