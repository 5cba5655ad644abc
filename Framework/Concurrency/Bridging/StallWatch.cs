using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Reports when all bridge threads wait and new bridges cannot start, for so long that it looks like a deadlock.</summary>
internal sealed class StallWatch(BridgeThreads threads)
{
    private const int MostNames = 10;

    private ITimer? _timer;
    private int _armed;
    private long _seen = -1;
    private long _reported = -1;

    /// <summary>Called when a job parks or gets in line.</summary>
    public void Look()
    {
        if (Volatile.Read(ref _armed) == 0
            && threads.IsStalled
            && Interlocked.CompareExchange(ref _armed, 1, 0) == 0)
        {
            _seen = -1;
            CleanThreads.Run(static self => ((StallWatch)self!).SetTimer(), this);
        }
    }

    private void SetTimer()
    {
        _timer ??= threads.Options.TimeProvider.CreateTimer(
            static self => ((StallWatch)self!).Judge(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(threads.Options.StallLimit, Timeout.InfiniteTimeSpan);
    }

    private void Judge()
    {
        var stall = threads.FindStall(out var progress);
        if (stall is null)
        {
            Volatile.Write(ref _armed, 0);
            Look();
            return;
        }

        // The first look may come right after a start; the second of the same moment had all its time.
        if (progress == _seen && progress != _reported)
        {
            _reported = progress;
            Report(stall);
        }

        _seen = progress;
        SetTimer();
    }

    private void Report(SyncBridgeStall stall)
    {
        var options = threads.Options;
        try
        {
            BridgeLog.Stalled(options.Logger, stall.Parked.Count, Names(stall.Parked), stall.Waiting.Count, Names(stall.Waiting));
            options.OnStall?.Invoke(stall);
        }
        catch (Exception error)
        {
            BridgeLog.CallbackFailed(options.Logger, error);
        }
    }

    private static string Names(IReadOnlyList<string> names) =>
        string.Join(", ", names.Distinct().Take(MostNames)) + (names.Distinct().Count() > MostNames ? ", ..." : "");
}
