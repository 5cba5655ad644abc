using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The loop of a single-threaded executor: ready queue, posts of other threads, timers and descriptors, each in its turn.</summary>
internal sealed class EventLoop : IExecutorEngine
{
    private readonly SingleThreadExecutor _owner;
    private readonly ExecutorOptions _options;
    private readonly ReadyQueue _ready = new();
    private readonly RemoteQueue _remote = new();
    private readonly LoopTimers _timers;
    private readonly DescriptorSet? _descriptors;
    private readonly LoopWaiter _waiter;
    private readonly TurnWatch _watch;
    private readonly long _spin;
    private readonly int _quantum;
    private readonly int _backlogLimit;
    private readonly SynchronizationContext _context;
    private ExecutionContext _home = null!;

    // Written by the loop only, read by anybody.
    private long _localAccepted;
    private long _started;
    private long _executed;
    private long _discarded;
    private long _failed;
    private int _queuedHighWater;
    private long _rejected;
    private bool _ended;

    public EventLoop(SingleThreadExecutor owner, ExecutorOptions options, SynchronizationContext context, LoopSettings settings)
    {
        _owner = owner;
        _options = options;
        _context = context;
        _timers = new LoopTimers(owner, Attend);
        _descriptors = settings.Portable || !OperatingSystem.IsLinux() ? null : new DescriptorSet();
        _waiter = _descriptors is null ? new EventWaiter() : new EpollWaiter(_descriptors);
        _watch = new TurnWatch(owner, options, hasWatchdog: true);
        _quantum = settings.Quantum;
        _backlogLimit = settings.RejectAtBacklog ?? int.MaxValue;
        _spin = (long)(settings.Spin.TotalSeconds * TimeProvider.System.TimestampFrequency);
        Lifetime = new ExecutorLifetime(owner, options, this, countsHere: true);
        TimeProvider = new LoopTimeProvider(
            options.TimeProvider, owner, ReferenceEquals(options.TimeProvider, TimeProvider.System) ? _timers : null);
    }

    public ExecutorLifetime Lifetime { get; }

    public TimeProvider TimeProvider { get; }

    public int Timers => _timers.Count;

    /// <summary>The coarse clock when the turn that runs now began; for code in that turn.</summary>
    public long TurnBegan => _watch.Began;

    private bool IsFull => _backlogLimit != int.MaxValue && _ready.Count + _remote.Count >= _backlogLimit;

    public bool TryEnqueue(in ExecutorWork work, WorkKind kind) =>
        _owner.IsCurrent ? TryEnqueueHere(work, kind) : TryEnqueueRemotely(work, kind);

    /// <summary>Queues work in a turn of this loop.</summary>
    /// <returns>False if root work is refused.</returns>
    public bool TryEnqueueHere(in ExecutorWork work, WorkKind kind)
    {
        if (_remote.HasItems)
        {
            // What other threads posted before is older than this.
            _remote.DrainTo(_ready);
        }

        if (kind == WorkKind.Root && (Lifetime.Phase != ExecutorPhase.Running || IsFull))
        {
            Interlocked.Increment(ref _rejected);
            return false;
        }

        _localAccepted++;
        _ready.Enqueue(work);
        return true;
    }

    public DescriptorReadiness Watch(SafeHandle descriptor) => _descriptors is null
        ? SharedSelector.Watch(descriptor, _owner)
        : _descriptors.Watch(descriptor, _owner, watched => _descriptors.Unwatch(watched));

    /// <summary>Refuses delayed work whose time has come only because of the backlog: it was accepted before.</summary>
    /// <returns>Whether it was refused.</returns>
    public bool RefusesDelayed()
    {
        if (Lifetime.Phase != ExecutorPhase.Running || !IsFull)
        {
            return false;
        }

        Interlocked.Increment(ref _rejected);
        return true;
    }

    public void CloseRoots() => _remote.CloseRoots();

    public void RefuseWaiters()
    {
    }

    public void Attend()
    {
        if (_remote.RequestAttention())
        {
            _waiter.Wake();
        }
    }

    public string DescribeRejection() => Lifetime.Phase == ExecutorPhase.Running && _backlogLimit != int.MaxValue
        ? ExecutorMessages.Backlogged(_owner, _backlogLimit)
        : ExecutorMessages.Stopped(_owner, Lifetime.Phase);

    /// <summary>Runs turns on the calling thread, which the owner has entered, until the executor ends.</summary>
    /// <param name="until">A task of this executor: when it has completed, the loop returns and the executor lives on.</param>
    public void Run(Task? until)
    {
        _home = HomeContext.Get();
        ExecutionContext.Restore(_home);
        _watch.Enter();
        while (!_ended)
        {
            RunTurns();
            if (until is { IsCompleted: true })
            {
                _watch.Pause();
                return;
            }

            Poll();
            if (Lifetime.Phase != ExecutorPhase.Running && TryEnd())
            {
                _ended = true;
                Close();
            }
            else if (_ready.Count == 0)
            {
                Sleep();
            }
        }

        _watch.Pause();
    }

    public ExecutorStatistics Snapshot(int threads, long runAfterStop)
    {
        var discarded = Volatile.Read(ref _discarded);
        var executed = Volatile.Read(ref _executed);
        var started = Volatile.Read(ref _started);

        // Turns may have passed between the two reads: one at most can run now, the others had ended.
        var running = (int)Math.Min(started - executed, 1);
        var accepted = Volatile.Read(ref _localAccepted) + _remote.Accepted;
        var queued = (int)(accepted - started - discarded);
        return new ExecutorStatistics
        {
            Accepted = accepted,
            Executed = started - running,
            Rejected = Volatile.Read(ref _rejected),
            Discarded = discarded,
            Failed = Volatile.Read(ref _failed),
            Queued = queued,
            QueuedHighWater = Math.Max(queued, Volatile.Read(ref _queuedHighWater)),
            Running = running,
            InFlight = Lifetime.InFlight,
            Threads = threads,
            IdleThreads = threads == 0 || !_watch.IsAsleep ? 0 : threads,
            RunTime = TimeSpan.FromMilliseconds(_watch.RunMilliseconds + (running == 0 ? 0 : _watch.RunningMilliseconds)),
            LongTurns = _watch.LongTurns,
            RunAfterStop = runAfterStop,
        };
    }

    private bool TryEnqueueRemotely(in ExecutorWork work, WorkKind kind)
    {
        var wake = false;
        if ((kind == WorkKind.Root && IsFull) || !_remote.TryEnqueue(work, kind, out wake))
        {
            if (kind == WorkKind.Root)
            {
                Interlocked.Increment(ref _rejected);
            }

            return false;
        }

        if (wake)
        {
            _waiter.Wake();
        }

        return true;
    }

    private void RunTurns()
    {
        var ready = _ready.See();
        if (ready > _queuedHighWater)
        {
            _queuedHighWater = ready;
        }

        for (var left = _quantum; left > 0 && _ready.TryDequeue(out var work); left--)
        {
            _started++;
            try
            {
                work.Execute();
            }
            catch (Exception error)
            {
                _failed++;
                UnhandledFailure.Report(_owner, _options, error);
            }

            _executed++;
            RestoreContexts();
            if (_watch.TurnEnded(work))
            {
                // Time has passed: timers and descriptors must not wait for the rest of the quantum.
                return;
            }
        }
    }

    private void RestoreContexts()
    {
        // What a turn set for itself must not be seen by the next one.
        if (!ReferenceEquals(ExecutionContext.Capture(), _home))
        {
            ExecutionContext.Restore(_home);
        }

        if (!ReferenceEquals(SynchronizationContext.Current, _context))
        {
            SynchronizationContext.SetSynchronizationContext(_context);
        }
    }

    private void Poll()
    {
        if (_remote.HasItems)
        {
            _remote.DrainTo(_ready);
        }

        if (_timers.Any)
        {
            QueueDueTimers();
        }

        if (_waiter.IsWatching)
        {
            _waiter.Wait(0);
        }
    }

    private void QueueDueTimers()
    {
        var now = _timers.Now();
        while (_timers.TryTakeDue(now, out var timer))
        {
            if (timer.TryQueue())
            {
                _localAccepted++;
                _ready.Enqueue(new ExecutorWork(timer));
            }
        }
    }

    private void Sleep()
    {
        _ready.Shrink();
        _watch.Pause();
        var milliseconds = _timers.MillisecondsToNext();
        if (milliseconds != 0 && (_spin == 0 || !SeesWorkWhileSpinning()) && _remote.TryArm())
        {
            _waiter.Wait(milliseconds);
            _remote.Disarm();
        }

        _watch.Resume();
    }

    private bool SeesWorkWhileSpinning()
    {
        var end = _timers.Now() + _spin;
        while (!_remote.HasItems)
        {
            if (_timers.Now() >= end)
            {
                return false;
            }

            Thread.SpinWait(20);
        }

        return true;
    }

    private bool TryEnd()
    {
        var idle = _ready.Count == 0 && !_remote.HasItems && Lifetime.InFlight == 0;
        if (idle)
        {
            Lifetime.CompleteDrain();
        }

        var late = Lifetime.DeadlinePassed;
        return Lifetime.Phase == ExecutorPhase.Stopping && (idle || late) && _remote.TryClose(force: late);
    }

    private void Close()
    {
        if (Lifetime.InFlight is > 0 and var inFlight)
        {
            ExecutorLog.WorkLeftBehind(_options.Log, _owner, inFlight, _options.ShutdownTimeout);
        }

        _timers.Close();
        if (_descriptors is null)
        {
            SharedSelector.EndWatches(_owner);
        }

        // Failing the pending waits queues their continuations here.
        _waiter.Dispose();
        _remote.DrainTo(_ready);
        while (_ready.TryDequeue(out var work))
        {
            _discarded++;
            if (!work.Discard())
            {
                _owner.RunElsewhere(work);
            }
        }
    }
}
