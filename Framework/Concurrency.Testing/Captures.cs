using Concurrency.Testing.Capture;

namespace Concurrency.Testing;

/// <summary>Lends the thread pool of the process to one simulation after the other.</summary>
internal static class Captures
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);
    private static readonly object s_gate = new();
    private static bool s_tested;
    private static string? s_notice;

    [ThreadStatic]
    private static bool t_inside;

    /// <summary>Refuses a simulation inside of a captured one.</summary>
    /// <exception cref="InvalidOperationException">The calling thread is that of a captured simulation.</exception>
    public static void RefuseNesting()
    {
        if (t_inside)
        {
            throw new InvalidOperationException(
                "A captured simulation was started inside of another one, which has the thread pool. Run one after the other.");
        }
    }

    /// <summary>Runs a simulation with the pool, when it is free; without it, on a runtime that is not known.</summary>
    /// <exception cref="InvalidOperationException">Another one has had it for too long.</exception>
    public static T Run<T>(Runner runner, Func<T> run)
    {
        if (!Monitor.TryEnter(s_gate, s_patience))
        {
            throw new InvalidOperationException(
                $"Another captured simulation has had the thread pool for {s_patience.TotalMinutes} minutes, and there is one for the process. Let it end, or set SimulationOptions.Budget there.");
        }

        try
        {
            t_inside = true;
            if (!s_tested)
            {
                s_notice = CaptureSelfTest.Run() is { } difference
                    ? $"The thread pool of .NET {Environment.Version} cannot be captured: {difference}. The simulation ran in the owned mode, in which every escape fails."
                    : null;
                s_tested = true;
            }

            return s_notice is null ? RunPinned(runner, run) : RunGuarded(runner, run, s_notice);
        }
        finally
        {
            t_inside = false;
            Monitor.Exit(s_gate);
        }
    }

    private static T RunGuarded<T>(Runner runner, Func<T> run, string notice)
    {
        runner.Notice = notice;
        return run();
    }

    private static T RunPinned<T>(Runner runner, Func<T> run)
    {
        using var pool = new CapturedPool(PoolQueues.Find(out _)!);
        try
        {
            using (PinnedPool.Pin())
            {
                pool.SetAside();
                runner.Pool = pool;
                try
                {
                    return run();
                }
                finally
                {
                    // What unfinished schedules have left must not run on the workers.
                    pool.BeginSchedule();
                    runner.Pool = null;
                }
            }
        }
        finally
        {
            pool.GiveBack();
        }
    }
}
