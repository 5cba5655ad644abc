namespace Concurrency.Testing.Capture;

/// <summary>The thread pool while all its workers are held, so that what is queued stays in the queues.</summary>
internal sealed class PinnedPool : IDisposable
{
    /// <summary>How long the number of workers that have come must stay the same: the others are busy with work of their own.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();

    // Without spinning: a worker that spins takes a core from the simulation.
    private readonly ManualResetEventSlim _release = new(initialState: false, spinCount: 0);
    private readonly (int Workers, int Ports) _minimum;
    private readonly (int Workers, int Ports) _maximum;
    private int _arrived;
    private bool _closed;

    private PinnedPool()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        _minimum = (workers, ports);
        ThreadPool.GetMaxThreads(out workers, out ports);
        _maximum = (workers, ports);
    }

    /// <summary>How many workers are held.</summary>
    public int Workers => _arrived;

    /// <summary>Holds the workers. Not to be called on one of them.</summary>
    /// <exception cref="InvalidOperationException">The pool does not accept the limits.</exception>
    public static PinnedPool Pin()
    {
        var pool = new PinnedPool();
        try
        {
            pool.Hold(Math.Max(Environment.ProcessorCount, ThreadPool.ThreadCount));
            return pool;
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>Lets the workers go, and restores the limits.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _release.Set();
        ThreadPool.SetMaxThreads(_maximum.Workers, _maximum.Ports);
        ThreadPool.SetMinThreads(_minimum.Workers, _minimum.Ports);
    }

    private void Hold(int count)
    {
        if (!ThreadPool.SetMinThreads(1, _minimum.Ports) || !ThreadPool.SetMaxThreads(count, _maximum.Ports) || !ThreadPool.SetMinThreads(count, _minimum.Ports))
        {
            throw new InvalidOperationException($"The thread pool does not accept a limit of {count} workers, so it cannot be captured. Use the owned mode.");
        }

        for (var index = 0; index < count; index++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new Item(this), preferLocal: false);
        }

        lock (_gate)
        {
            var calm = false;
            while (_arrived < count && !calm)
            {
                var before = _arrived;
                calm = !Monitor.Wait(_gate, s_calm) && _arrived == before;
            }

            _closed = true;
        }
    }

    /// <summary>Holds one worker.</summary>
    internal sealed class Item(PinnedPool pool) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            lock (pool._gate)
            {
                if (pool._closed)
                {
                    return;
                }

                pool._arrived++;
                Monitor.PulseAll(pool._gate);
            }

            pool._release.Wait();
        }
    }
}
