namespace Concurrency.Execution;

/// <summary>Refuses drains that cannot be meant; asked before anything changes.</summary>
internal static class DrainRules
{
    /// <summary>Refuses a time that cannot be meant, and a turn of the executor that has no end to wait for but its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">A turn of the executor drains it without a time limit.</exception>
    public static void Validate(Executor executor, TimeSpan timeout)
    {
        LongWait.Validate(timeout);
        if (timeout == Timeout.InfiniteTimeSpan && executor.IsCurrent)
        {
            throw new InvalidOperationException(executor.Statistics.InFlight is > 0 and var inFlight
                ? $"The {executor} was to be drained without a time limit by work that runs on it, with {inFlight} pieces of work in flight: that work would wait for its own end. Drain it from outside, or give a time limit."
                : $"The {executor} was to be drained without a time limit by a callback that runs on it: a callback that waits for the drain would wait for its own end. Drain it from outside, or give a time limit.");
        }
    }
}
