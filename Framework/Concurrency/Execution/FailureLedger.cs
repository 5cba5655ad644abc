namespace Concurrency.Execution;

/// <summary>The failures of an executor's root tasks that nobody has seen yet, until the executor ends.</summary>
/// <remarks>
/// A failure that somebody awaits when it happens is not entered. The rest is kept until it was seen, and what was not seen when the
/// executor ends is reported then, once. Bounded: when too many are unseen, the oldest is reported early. Nothing is entered for a
/// task that succeeds.
/// </remarks>
/// <param name="report">Receives an unseen failure; called without a lock, and must not throw.</param>
/// <param name="closed">Called after the last report; must not throw.</param>
internal sealed class FailureLedger(Action<RootFailure> report, Action closed)
{
    public const int Most = 1024;
    private const int FirstSweep = 64;

    private readonly QuietLock _gate = new();
    private readonly Queue<RootFailure> _unseen = new();
    private int _sweepAt = FirstSweep;
    private bool _isClosed;

    /// <summary>Enters a failure that is about to become visible and that nobody awaits.</summary>
    public void Add(RootFailure failure)
    {
        RootFailure? oldest = null;
        using (_gate.EnterScope())
        {
            if (_isClosed)
            {
                // Too late for this report: .NET's own comes when the task is collected.
                return;
            }

            _unseen.Enqueue(failure);
            if (_unseen.Count >= _sweepAt)
            {
                SweepLocked();
                oldest = _unseen.Count >= Most ? _unseen.Dequeue() : null;
            }
        }

        Report(oldest);
    }

    /// <summary>Reports what nobody has seen, and enters nothing from now on.</summary>
    public void Close()
    {
        RootFailure[] left;
        using (_gate.EnterScope())
        {
            _isClosed = true;
            left = [.. _unseen];
            _unseen.Clear();
        }

        foreach (var failure in left)
        {
            Report(failure);
        }

        closed();
    }

    private void SweepLocked()
    {
        for (var count = _unseen.Count; count > 0; count--)
        {
            var failure = _unseen.Dequeue();
            if (!TaskObservation.IsSeen(failure.Root.Promise))
            {
                _unseen.Enqueue(failure);
            }
        }

        _sweepAt = Math.Clamp(_unseen.Count * 2, FirstSweep, Most);
    }

    private void Report(RootFailure? failure)
    {
        if (failure is null || TaskObservation.IsSeen(failure.Root.Promise))
        {
            return;
        }

        // Seen by the report: .NET is not to report it a second time when the task is collected.
        _ = failure.Root.Promise.Exception;
        report(failure);
    }
}
