namespace Concurrency.Execution;

/// <summary>Enters monitors that the framework holds for a few instructions: waiting for one is not a blocking wait of the user.</summary>
internal static class QuietMonitor
{
    /// <summary>Enters; <see cref="Monitor.Exit(object)"/> leaves.</summary>
    public static void Enter(object gate)
    {
        _ = TryEnter(gate, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Enters unless that takes too long.</summary>
    /// <returns>Whether it was entered.</returns>
    public static bool TryEnter(object gate, TimeSpan timeout) => Monitor.TryEnter(gate) || TryEnterContended(gate, timeout);

    private static bool TryEnterContended(object gate, TimeSpan timeout)
    {
        // The context of an executor is told of every wait of the thread, and would count this one.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return Monitor.TryEnter(gate, timeout);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
