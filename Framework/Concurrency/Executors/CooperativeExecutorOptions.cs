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

    /// <summary>How long the loop looks for new work before it sleeps: saves wake-up time, costs a core while idle phases are short. The default is none.</summary>
    public TimeSpan SpinBeforeSleep { get; init; }

    /// <summary>Waits without epoll, as on platforms that do not have it; lets tests run the portable loop everywhere.</summary>
    internal bool Portable { get; init; }
}
