using Concurrency.Execution;

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
    private volatile int _minimum = options.MinimumThreads;
    private volatile int _maximum = options.MaximumThreads;
    private int _highWater;
    private volatile int _sleeping;
    private int _waking;
    private volatile bool _closed;
    private volatile bool _isInterrupted;

    public int Threads => _threads;

    public int ThreadsHighWater => Volatile.Read(ref _highWater);

    public int Sleeping => _sleeping;

    public int Minimum => _minimum;

    public int Maximum => _maximum;

    /// <summary>Whether threads have to end, all of them or some: whoever sees it asks <see cref="TryLieDown"/>.</summary>
    public bool IsInterrupted => _isInterrupted;

    public bool IsClosed => _closed;

    /// <summary>Whether a thread sleeps or another may be started.</summary>
    public bool HasReserve => _sleeping != 0 || _threads < _maximum;

    private bool HasSpareThreads => _threads > _minimum;

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
            else if (_threads < _maximum && !_closed)
            {
                starter = new PoolWorker(this, owner, options);
                _workers.Add(starter);
                _threads = _workers.Count;
                _highWater = Math.Max(_highWater, _threads);
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

    /// <summary>A worker got no thread: it is taken out, and the next one who finds work may try again.</summary>
    public void NotStarted(PoolWorker worker)
    {
        using (_gate.EnterScope())
        {
            Retire(worker);
        }

        Awake();
    }

    /// <summary>Puts a worker among the sleepers: it looks for work once more before it really sleeps.</summary>
    /// <returns>False if its thread has to end.</returns>
    public bool TryLieDown(PoolWorker worker)
    {
        using (_gate.EnterScope())
        {
            if (_closed || _threads > _maximum)
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
            _isInterrupted = true;
            _alive++;
            sleepers = TakeSleepersLocked();
        }

        SignalAll(sleepers);
        return true;
    }

    /// <summary>Changes how many threads there may be: those that sleep look for themselves at once, the others after their turn.</summary>
    public void Resize(int minimum, int maximum)
    {
        PoolWorker[] sleepers;
        using (_gate.EnterScope())
        {
            _minimum = minimum;
            _maximum = maximum;
            _isInterrupted = _closed || _threads > maximum;
            sleepers = TakeSleepersLocked();
        }

        SignalAll(sleepers);
    }

    /// <summary>What the threads do that run a turn.</summary>
    public IReadOnlyList<BusyThread> BusyThreads()
    {
        PoolWorker[] workers;
        using (_gate.EnterScope())
        {
            workers = [.. _workers];
        }

        return [.. workers.Select(static worker => worker.Look()).OfType<BusyThread>()];
    }

    /// <summary>Milliseconds that the turns which run now have taken together.</summary>
    public long RunningMilliseconds()
    {
        using (_gate.EnterScope())
        {
            long sum = 0;
            foreach (var worker in _workers)
            {
                sum += worker.Started != worker.Executed ? worker.Watch.RunningMilliseconds : 0;
            }

            return sum;
        }
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

    private static void SignalAll(PoolWorker[] sleepers)
    {
        foreach (var sleeper in sleepers)
        {
            sleeper.Signal();
        }
    }

    private PoolWorker[] TakeSleepersLocked()
    {
        PoolWorker[] sleepers = [.. _sleepers];
        _sleepers.Clear();
        _sleeping = 0;
        return sleepers;
    }

    private void Retire(PoolWorker worker)
    {
        _retired = _retired.Plus(worker);
        _workers.Remove(worker);
        _threads = _workers.Count;
        _isInterrupted = _closed || _threads > _maximum;
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
