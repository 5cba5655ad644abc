namespace Concurrency.Executors;

/// <summary>Options of a <see cref="DedicatedThreadExecutor"/>.</summary>
public sealed record DedicatedThreadExecutorOptions : ExecutorOptions
{
    /// <summary>Makes the default options: blocking and long turns are allowed, the thread is an ordinary one.</summary>
    public DedicatedThreadExecutorOptions()
    {
        Name = "thread";
    }

    /// <summary>The nice value of the thread, -20 (favoured) to 19; null leaves it. Below 0 needs CAP_SYS_NICE. Linux only.</summary>
    public int? Nice { get; init; }

    /// <summary>The CPUs on which the thread may run; null leaves it free. Linux only.</summary>
    public IReadOnlyList<int>? Affinity { get; init; }

    /// <summary>The stack size in bytes, 64 KiB to 1 GiB; 0 is the platform's default.</summary>
    public int StackSize { get; init; }

    /// <summary>Turns after which the loop looks at timers, descriptors and the posts of other threads, even if more work is ready; 1 to 1,000,000. It also looks whenever some milliseconds have passed.</summary>
    public int Quantum { get; init; } = LoopSettings.DefaultQuantum;

    /// <summary>How many callbacks may be queued before new work is refused, 1 to 10,000,000; null refuses none. Continuations count, and are never refused. Threads that post at the same moment may exceed it by their number.</summary>
    public int? RejectAtBacklog { get; init; }

    /// <summary>How long the loop looks for new work before it sleeps. The default is none.</summary>
    public TimeSpan SpinBeforeSleep { get; init; }

    internal bool Portable { get; init; }
}
