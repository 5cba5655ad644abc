namespace Concurrency.Coordination.Synchronous;

/// <summary>The one place where the synchronous members of coordination types block the calling thread.</summary>
/// <remarks>
/// The tasks that are waited for here are completed by whoever grants the wait, without a free thread of any pool. An executor that
/// reports blocking waits sees the wait.
/// </remarks>
internal static class BlockingWait
{
#pragma warning disable VSTHRD002 // blocking is what the callers of this class document
    public static void For(Task wait) => wait.GetAwaiter().GetResult();

    public static T For<T>(Task<T> wait) => wait.GetAwaiter().GetResult();

    public static T For<T>(ValueTask<T> wait) => wait.IsCompletedSuccessfully ? wait.Result : wait.AsTask().GetAwaiter().GetResult();

    public static void ForOrUntil(Task wait, CancellationToken cancellationToken) => wait.WaitAsync(cancellationToken).GetAwaiter().GetResult();

    /// <summary>Waits for the end of a task whatever its outcome.</summary>
    public static void ForEnd(Task wait, CancellationToken cancellationToken)
    {
        try
        {
            wait.Wait(cancellationToken);
        }
        catch (AggregateException)
        {
            // The caller asked for the end, not for the outcome.
        }
    }
#pragma warning restore VSTHRD002
}
