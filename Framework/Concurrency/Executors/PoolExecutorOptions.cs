namespace Concurrency.Executors;

/// <summary>Options of a <see cref="PoolExecutor"/>.</summary>
public sealed record PoolExecutorOptions : ExecutorOptions
{
    private readonly int? _minimumThreads;

    /// <summary>Makes the default options: as many threads as processors, no queue limit.</summary>
    public PoolExecutorOptions()
    {
        Name = "pool";
    }

    /// <summary>Threads that are kept once they were needed; 1 to <see cref="MaximumThreads"/>. The default is one for each processor, and no more than that maximum.</summary>
    public int MinimumThreads
    {
        get => _minimumThreads ?? Math.Min(Environment.ProcessorCount, MaximumThreads);
        init => _minimumThreads = value;
    }

    /// <summary>Threads at most; up to 4096. The pool grows when work waits and no thread is idle.</summary>
    public int MaximumThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>How much new work may be queued, not yet started, 1 to 10,000,000; null sets no limit, for producers that are bounded themselves.</summary>
    public int? QueueLimit { get; init; }

    /// <summary>Whether <c>RunAsync</c> and <c>InvokeAsync</c> fail when the queue is full, instead of waiting for a place in the order of their calls.</summary>
    public bool RejectWhenFull { get; init; }

    /// <summary>How long a thread above the minimum stays without work. The default is 10 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a thread that has run out of work looks for more before it sleeps, up to 1 ms; it keeps a processor busy meanwhile.
    /// Work that comes within this time starts without the wake-up of a thread, some 10 µs. The default is zero: an idle pool costs nothing.</summary>
    public TimeSpan SpinBeforeSleep { get; init; }

    /// <summary>New work that waits longer while all threads are busy is reported, with who holds them; and again after ten times as long. The default is 1 s; <see cref="Timeout.InfiniteTimeSpan"/> turns it off.</summary>
    public TimeSpan StarvationLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Receives starvation reports, on a thread of the .NET thread pool; what it throws is logged.</summary>
    public Action<StarvationReport>? OnStarvation { get; init; }
}
