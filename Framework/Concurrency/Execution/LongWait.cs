namespace Concurrency.Execution;

/// <summary>Waits for the end of a task for a limited time, however long: what the timers of .NET do not take is waited for in pieces.</summary>
internal static class LongWait
{
    /// <summary>The longest time that anything is set for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>The longest time that a timer is given; those of .NET take 49.7 days.</summary>
    public static readonly TimeSpan LongestPiece = TimeSpan.FromDays(40);

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
        for (var left = timeout; ; left -= LongestPiece)
        {
            var piece = left > LongestPiece ? LongestPiece : left;
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
