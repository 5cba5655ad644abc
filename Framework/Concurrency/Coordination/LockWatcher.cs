using Concurrency.Diagnostics;

namespace Concurrency.Coordination;

/// <summary>Looks at the locks that have waiters, by one timer, until nobody waits for any.</summary>
internal sealed class LockWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WatchedLock, Entry> _contended = new(ReferenceEqualityComparer.Instance);
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private bool _isEnded;

    public LockWatcher(LockWatchOptions options)
    {
        Options = options;
        _period = options.Limit / 4;
        _timer = options.TimeProvider.CreateTimer(
            static self => ((LockWatcher)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public LockWatchOptions Options { get; }

    /// <summary>Looks at a lock from now on, until nobody waits for it.</summary>
    public void Watch(WatchedLock contended)
    {
        lock (_gate)
        {
            if (_isEnded || _contended.ContainsKey(contended) || contended.LookAtWaiters() is not { First: { } first })
            {
                return;
            }

            _contended.Add(contended, new Entry(first, Options.TimeProvider.GetTimestamp()));
            if (_contended.Count == 1)
            {
                _timer.Change(_period, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        LockWatch.End(this);
        lock (_gate)
        {
            _isEnded = true;
            _contended.Clear();
        }

        _timer.Dispose();
    }

    private void Look()
    {
        var reports = new List<LockReport>();
        lock (_gate)
        {
            var now = Options.TimeProvider.GetTimestamp();
            foreach (var (one, entry) in _contended)
            {
                // Looked at and removed under the gate: whoever begins to wait meanwhile enters it again.
                var (first, count) = one.LookAtWaiters();
                if (first is null)
                {
                    _contended.Remove(one);
                }
                else if (!ReferenceEquals(first, entry.First))
                {
                    _contended[one] = new Entry(first, now);
                }
                else if (!entry.IsReported && Options.TimeProvider.GetElapsedTime(entry.Since, now) is var waited && waited >= Options.Limit)
                {
                    _contended[one] = entry with { IsReported = true };
                    reports.Add(new LockReport(one.Kind, waited, count, LockSites.HoldersOf(one)));
                }
            }

            if (_contended.Count > 0)
            {
                _timer.Change(_period, Timeout.InfiniteTimeSpan);
            }
        }

        reports.ForEach(Deliver);
    }

    private void Deliver(LockReport report)
    {
        ConcurrencyEvents.Log.LockHeld(report.Kind, report.Waiters, (long)report.HeldFor.TotalMilliseconds);
        if (Options.Logger is { } logger)
        {
            LockLog.Held(logger, report.Kind, report.HeldFor, report.Waiters, report.Holders is []
                ? "LockWatchOptions.RecordStacks shows who."
                : "It was asked for\n" + string.Join("\nand\n", report.Holders));
        }

        try
        {
            Options.OnReport?.Invoke(report);
        }
        catch (Exception error)
        {
            // With no logger there is nobody left to tell, and a timer's thread must not end the process.
            if (Options.Logger is { } log)
            {
                LockLog.CallbackFailed(log, error);
            }
        }
    }

    private sealed record Entry(object First, long Since, bool IsReported = false);
}
