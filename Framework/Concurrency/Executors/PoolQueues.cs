using System.Collections.Concurrent;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>What waits for a thread of a pool: continuations, new work, and now and then a probe that measures the wait.</summary>
internal sealed class PoolQueues(QueueProbe probe)
{
    private const int RootsFirstEvery = 64;

    private readonly ConcurrentQueue<ExecutorWork> _roots = new();
    private readonly ConcurrentQueue<ExecutorWork> _continuations = new();
    private int _highWater;

    public bool HasWork => !_continuations.IsEmpty || !_roots.IsEmpty;

    public TimeSpan LongestWait => probe.Longest;

    public void Add(in ExecutorWork work, WorkKind kind) => (kind == WorkKind.Root ? _roots : _continuations).Enqueue(work);

    /// <summary>Called when all threads are busy: measures, rarely, how long new work waits.</summary>
    /// <returns>Whether a probe was queued.</returns>
    public bool Probe()
    {
        if (!probe.TrySend())
        {
            return false;
        }

        _roots.Enqueue(new ExecutorWork(probe));
        return true;
    }

    /// <summary>Takes what runs next: continuations before new work, which still gets its turn at times.</summary>
    /// <param name="taken">How often the calling thread has taken; any number.</param>
    /// <param name="work">What was taken.</param>
    /// <returns>The kind of what was taken, or null if nothing waits.</returns>
    public WorkKind? TryTake(int taken, out ExecutorWork work)
    {
        if (taken % RootsFirstEvery == 0)
        {
            Saw(_roots.Count + _continuations.Count);
            if (TryTakeRoot(out work))
            {
                return WorkKind.Root;
            }
        }

        if (_continuations.TryDequeue(out work))
        {
            return WorkKind.Continuation;
        }

        return TryTakeRoot(out work) ? WorkKind.Root : null;
    }

    /// <summary>Takes what is left when no thread will run it.</summary>
    public bool TryTakeLeftover(out ExecutorWork work)
    {
        while (_continuations.TryDequeue(out work) || _roots.TryDequeue(out work))
        {
            if (!ReferenceEquals(work.Callback, probe))
            {
                return true;
            }

            probe.Receive();
        }

        return false;
    }

    /// <summary>Somebody has counted what is queued.</summary>
    /// <returns>The most that was ever seen queued.</returns>
    public int Saw(int queued)
    {
        int seen;
        while ((seen = Volatile.Read(ref _highWater)) < queued)
        {
            Interlocked.CompareExchange(ref _highWater, queued, seen);
        }

        return seen;
    }

    private bool TryTakeRoot(out ExecutorWork work)
    {
        while (_roots.TryDequeue(out work))
        {
            if (!ReferenceEquals(work.Callback, probe))
            {
                return true;
            }

            probe.Receive();
        }

        return false;
    }
}
