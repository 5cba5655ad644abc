namespace Concurrency.Execution;

/// <summary>Enters monitors that the framework holds for a few instructions: waiting for one is not a blocking wait of the user.</summary>
internal static class QuietMonitor
{
    /// <summary>Enters; <see cref="Monitor.Exit(object)"/> leaves.</summary>
    public static void Enter(object gate)
    {
        if (!Monitor.TryEnter(gate))
        {
            EnterContended(gate);
        }
    }

    private static void EnterContended(object gate)
    {
        // The context of an executor is told of every wait of the thread, and would count this one.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Monitor.Enter(gate);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
