namespace Concurrency.Execution;

/// <summary>Waits for the end of a task for a limited time, however long: what the timers of .NET do not take is waited for in pieces.</summary>
internal static class LongWait
{
    private static readonly TimeSpan s_longestPiece = TimeSpan.FromDays(40);

    /// <summary>Refuses a time that cannot be meant; called before anything changes.</summary>
    public static void Validate(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout,
                $"Nothing can be waited for {timeout}. Use zero or more, or Timeout.InfiniteTimeSpan for as long as it takes.");
        }
    }

    /// <summary>Waits for a task that does not fail.</summary>
    /// <returns>Whether it ended in time.</returns>
    public static async Task<bool> EndsInTimeAsync(Task task, TimeSpan timeout, TimeProvider clock)
    {
        for (var left = timeout; ; left -= s_longestPiece)
        {
            var piece = left > s_longestPiece ? s_longestPiece : left;
            try
            {
                await task.WaitAsync(piece, clock).ConfigureAwait(Executor.Current is not null);
                return true;
            }
            catch (TimeoutException)
            {
                if (task.IsCompleted || piece == left)
                {
                    return task.IsCompleted;
                }
            }
        }
    }
}
