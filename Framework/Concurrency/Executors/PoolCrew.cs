namespace Concurrency.Executors;

/// <summary>The threads of a pool: who works, who sleeps, who is woken next.</summary>
/// <remarks>
/// At most one thread is being woken or started at a time. Once awake it looks at the queues and, if there is more than
/// it takes itself, wakes the next: a burst of tiny work wakes one thread, a burst of slow work wakes them all.
/// </remarks>
internal sealed class PoolCrew(PoolExecutor owner, PoolExecutorOptions options)
{
    private readonly QuietLock _gate = new();
    private readonly List<PoolWorker> _workers = [];
    private readonly List<PoolWorker> _sleepers = [];
    private PoolTotals _retired;
    private int _alive;
    private volatile int _threads;
    private volatile int _sleeping;
    private int _waking;
    private volatile bool _closed;

    public int Threads => _threads;

    public bool IsClosed => _closed;

    /// <summary>Whether a thread sleeps or another may be started.</summary>
    public bool HasReserve => _sleeping != 0 || _threads < options.MaximumThreads;

    private bool HasSpareThreads => _threads > options.MinimumThreads;

    /// <summary>Wakes or starts a thread, unless one is on its way already.</summary>
    public void WakeOne()
    {
        if (Volatile.Read(ref _waking) != 0 || Interlocked.CompareExchange(ref _waking, 1, 0) != 0)
        {
            return;
        }

        PoolWorker? sleeper = null;
        PoolWorker? starter = null;
        using (_gate.EnterScope())
        {
            if (_sleepers.Count > 0)
            {
                // The one that slept last has the warmest cache, and the others get old enough to end.
                sleeper = _sleepers[^1];
                _sleepers.RemoveAt(_sleepers.Count - 1);
                _sleeping = _sleepers.Count;
            }
            else if (_threads < options.MaximumThreads && !_closed)
            {
                starter = new PoolWorker(this, owner, options);
                _workers.Add(starter);
                _threads = _workers.Count;
                _alive++;
            }
            else
            {
                Volatile.Write(ref _waking, 0);
            }
        }

        sleeper?.Signal();
        if (starter is not null)
        {
            owner.StartThread(starter);
        }
    }

    /// <summary>The thread that was woken or started is awake; whoever finds more work from now on wakes the next.</summary>
    public void Awake()
    {
        Volatile.Write(ref _waking, 0);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Puts a worker among the sleepers: it looks for work once more before it really sleeps.</summary>
    /// <returns>False if its thread has to end.</returns>
    public bool TryLieDown(PoolWorker worker)
    {
        using (_gate.EnterScope())
        {
            if (_closed)
            {
                Retire(worker);
                return false;
            }

            _sleepers.Add(worker);
            _sleeping = _sleepers.Count;
        }

        Interlocked.MemoryBarrier();
        return true;
    }

    /// <summary>Takes a worker off the sleepers again.</summary>
    /// <returns>False if somebody else took it off, who is about to signal it.</returns>
    public bool TryGetUp(PoolWorker worker)
    {
        using (_gate.EnterScope())
        {
            return TryGetUpLocked(worker);
        }
    }

    /// <summary>Sleeps until signalled, or until the thread is one too many for too long.</summary>
    /// <returns>False if the thread has to end.</returns>
    public bool Sleep(PoolWorker worker)
    {
        while (!worker.Sleep(HasSpareThreads ? options.IdleTimeout : Timeout.InfiniteTimeSpan))
        {
            using (_gate.EnterScope())
            {
                if (HasSpareThreads && TryGetUpLocked(worker))
                {
                    Retire(worker);
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Ends the threads: those asleep now, the others after their turn.</summary>
    /// <remarks>The caller counts as one of them until it reports its own end: what it has to do comes before the end of the pool.</remarks>
    /// <returns>False if that has happened before.</returns>
    public bool TryClose()
    {
        PoolWorker[] sleepers;
        using (_gate.EnterScope())
        {
            if (_closed)
            {
                return false;
            }

            _closed = true;
            _alive++;
            sleepers = [.. _sleepers];
            _sleepers.Clear();
            _sleeping = 0;
        }

        foreach (var sleeper in sleepers)
        {
            sleeper.Signal();
        }

        return true;
    }

    /// <summary>A worker's thread no longer exists, or the closing caller is done.</summary>
    /// <returns>Whether it was the last, and no other will come.</returns>
    public bool HasLastGone()
    {
        using (_gate.EnterScope())
        {
            _alive--;
            return _closed && _alive == 0;
        }
    }

    /// <summary>The counters of all threads, those that have ended included.</summary>
    public PoolTotals Sum()
    {
        using (_gate.EnterScope())
        {
            var totals = _retired;
            foreach (var worker in _workers)
            {
                totals = totals.Plus(worker);
            }

            // Read after what was executed, so that a snapshot never shows more done than was taken in.
            return totals with { Accepted = AcceptedLocked() };
        }
    }

    /// <summary>How much the turns of all threads have queued.</summary>
    public long Accepted()
    {
        using (_gate.EnterScope())
        {
            return AcceptedLocked();
        }
    }

    private bool TryGetUpLocked(PoolWorker worker)
    {
        var removed = _sleepers.Remove(worker);
        _sleeping = _sleepers.Count;
        return removed;
    }

    private void Retire(PoolWorker worker)
    {
        _retired = _retired.Plus(worker);
        _workers.Remove(worker);
        _threads = _workers.Count;
    }

    private long AcceptedLocked()
    {
        var accepted = _retired.Accepted;
        foreach (var worker in _workers)
        {
            accepted += worker.Accepted;
        }

        return accepted;
    }
}
