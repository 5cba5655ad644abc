using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Bridging;

/// <summary>A bounded set of threads for synchronous code; a job beyond the bound waits, first come first served, before it starts.</summary>
internal sealed partial class BridgeThreads
{
    private readonly QuietLock _gate = new();
    private readonly List<BridgeThread> _idle = [];
    private readonly HashSet<BridgeThread> _all = [];
    private readonly LinkedList<BridgeJob> _waiting = new();
    private readonly StallWatch _stall;
    private volatile int _waitingCount;
    private int _parked;
    private int _mostThreads;
    private long _started;
    private long _moves;

    public BridgeThreads(SyncBridgeOptions options)
    {
        Options = SyncBridgeOptions.Checked(options);
        _stall = new StallWatch(this);
        HomeContext.Get();
    }

    public SyncBridgeOptions Options { get; }

    public SyncBridgeStatistics Statistics
    {
        get
        {
            using (_gate.EnterScope())
            {
                return new SyncBridgeStatistics
                {
                    Threads = _all.Count,
                    ThreadsHighWater = _mostThreads,
                    Running = _all.Count - _idle.Count,
                    Parked = Volatile.Read(ref _parked),
                    Waiting = _waiting.Count,
                    Started = _started,
                };
            }
        }
    }

    /// <summary>Gives a job a thread, if one is free or may be made.</summary>
    /// <param name="job">The job, which is told nothing: the caller starts it.</param>
    /// <param name="wait">Whether the job gets in line otherwise; it is started with <see cref="BridgeJob.StartLate"/> then.</param>
    public bool TryAssign(BridgeJob job, bool wait)
    {
        BridgeThread? made = null;
        using (_gate.EnterScope())
        {
            if (_waiting.Count == 0 && _idle.Count > 0)
            {
                var thread = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                AssignLocked(thread, job);
                return true;
            }

            if (_waiting.Count == 0 && _all.Count < Options.MaximumThreads)
            {
                made = new BridgeThread(this);
                _all.Add(made);
                _mostThreads = Math.Max(_mostThreads, _all.Count);
                AssignLocked(made, job);
            }
            else if (wait)
            {
                job.InLineSince = CoarseClock.Milliseconds();
                _waiting.AddLast(job.Node);
                _waitingCount = _waiting.Count;
            }
        }

        if (made is not null)
        {
            StartOrWithdraw(made, job);
            return true;
        }

        _stall.Look();
        return false;
    }

    private void StartOrWithdraw(BridgeThread made, BridgeJob job)
    {
        try
        {
            StartThread(made);
        }
        catch (Exception error)
        {
            Withdraw(made);
            ServeLine();
            throw NoThread(job, error);
        }
    }

    /// <summary>Starts a thread; throws where the system has none left.</summary>
    internal Action<Thread> Start { get; set; } = static thread => thread.UnsafeStart();

    /// <summary>Takes a job out of the line.</summary>
    /// <returns>False if it has a thread already, or never was in the line.</returns>
    public bool TryRemove(BridgeJob job)
    {
        using (_gate.EnterScope())
        {
            if (job.Node.List is null)
            {
                return false;
            }

            _waiting.Remove(job.Node);
            _waitingCount = _waiting.Count;
            return true;
        }
    }

    /// <summary>The job of a thread has ended.</summary>
    /// <returns>The job that has the thread now, and is to be started.</returns>
    public BridgeJob? Release(BridgeThread thread)
    {
        using (_gate.EnterScope())
        {
            if (_waiting.First is not { } first)
            {
                thread.Job = null;
                _idle.Add(thread);
                return null;
            }

            _waiting.RemoveFirst();
            _waitingCount = _waiting.Count;
            AssignLocked(thread, first.Value);
            return first.Value;
        }
    }

    /// <summary>Ends a thread that was idle for long.</summary>
    /// <returns>False if it has just got a job.</returns>
    public bool TryRetire(BridgeThread thread)
    {
        using (_gate.EnterScope())
        {
            return _idle.Remove(thread) && _all.Remove(thread);
        }
    }

    public void CountParked(int change)
    {
        Interlocked.Add(ref _parked, change);
        if (_waitingCount != 0)
        {
            Interlocked.Increment(ref _moves);
            _stall.Look();
        }
    }

    /// <summary>Whether every thread sleeps in an await, and starts wait for a thread.</summary>
    public bool IsStalled => _waitingCount > 0 && Volatile.Read(ref _parked) >= Options.MaximumThreads;

    /// <summary>What hangs if nothing moves: every thread sleeps in an await, and starts wait for a thread.</summary>
    /// <param name="progress">Changes with every start, and with every bridge that goes on.</param>
    public SyncBridgeStall? FindStall(out long progress)
    {
        using (_gate.EnterScope())
        {
            progress = _started + Volatile.Read(ref _moves);
            return IsStalled
                ? new SyncBridgeStall
                {
                    Parked = [.. _all.Where(thread => thread.Job is not null).Select(thread => thread.Job!.Name)],
                    Waiting = [.. _waiting.Select(job => job.Name)],
                }
                : null;
        }
    }

    private void AssignLocked(BridgeThread thread, BridgeJob job)
    {
        thread.Job = job;
        job.Assign(thread);
        _started++;
    }

    private void StartThread(BridgeThread made)
    {
        var thread = new Thread(made.Run, Options.StackSize) { IsBackground = true, Name = Options.Name };
        CleanThreads.RunAndWait(thread => Start((Thread)thread!), thread);
    }

    private void Withdraw(BridgeThread made)
    {
        using (_gate.EnterScope())
        {
            _all.Remove(made);
            _started--;
        }
    }

    /// <summary>Gives the place of a thread that could not be made to those who got in line because of it.</summary>
    private void ServeLine()
    {
        while (TryAssignFirst(out var job, out var made))
        {
            try
            {
                if (made is not null)
                {
                    StartThread(made);
                }
            }
            catch (Exception error)
            {
                Withdraw(made!);
                job.FailToStart(NoThread(job, error));
                continue;
            }

            job.StartLate();
        }
    }

    private bool TryAssignFirst(out BridgeJob job, out BridgeThread? made)
    {
        made = null;
        job = null!;
        using (_gate.EnterScope())
        {
            if (_waiting.First is not { } first || (_idle.Count == 0 && _all.Count >= Options.MaximumThreads))
            {
                return false;
            }

            _waiting.RemoveFirst();
            _waitingCount = _waiting.Count;
            job = first.Value;
            var thread = _idle.Count > 0 ? _idle[^1] : made = new BridgeThread(this);
            if (made is null)
            {
                _idle.RemoveAt(_idle.Count - 1);
            }
            else
            {
                _all.Add(made);
            }

            AssignLocked(thread, job);
            return true;
        }
    }

    private InvalidOperationException NoThread(BridgeJob job, Exception error) => new(
        $"The system has no thread for {job.Name}: {error.Message} Raise its limit of threads, or set SyncBridgeOptions.MaximumThreads, now {Options.MaximumThreads}, below it.", error);
}
