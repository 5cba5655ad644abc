namespace Concurrency.Executors;

/// <summary>Options of a <see cref="CooperativeExecutor"/>.</summary>
public sealed record CooperativeExecutorOptions : ExecutorOptions
{
    /// <summary>Makes the default options: blocking waits and turns over 100 ms are reported.</summary>
    public CooperativeExecutorOptions()
    {
        Name = "cooperative";
        OnBlocking = OnBlocking.Report;
        LongTurnLimit = TimeSpan.FromMilliseconds(100);
    }

    /// <summary>Turns after which the loop looks at timers, descriptors and the posts of other threads, even if more work is ready; 1 to 1,000,000. It also looks whenever some milliseconds have passed.</summary>
    public int Quantum { get; init; } = LoopSettings.DefaultQuantum;

    /// <summary>How many callbacks may be queued before new work is refused, 1 to 10,000,000; null refuses none. Continuations count, and are never refused. Threads that post at the same moment may exceed it by their number.</summary>
    public int? RejectAtBacklog { get; init; }

    /// <summary>How long the loop looks for new work before it sleeps: saves wake-up time, costs a core while idle phases are short. The default is none.</summary>
    public TimeSpan SpinBeforeSleep { get; init; }

    /// <summary>Waits without epoll, as on platforms that do not have it; lets tests run the portable loop everywhere.</summary>
    internal bool Portable { get; init; }
}
