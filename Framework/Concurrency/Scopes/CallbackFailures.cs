namespace Concurrency.Scopes;

/// <summary>Cancels a source whose callbacks may be anybody's code: all of them are called, and what they throw is no failure of whoever cancels.</summary>
internal static class CallbackFailures
{
    /// <summary>Cancels.</summary>
    /// <returns>What callbacks have thrown; empty as a rule.</returns>
    public static IReadOnlyList<Exception> OfCancelling(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
            return [];
        }
        catch (AggregateException failures)
        {
            return failures.InnerExceptions;
        }
    }
}
