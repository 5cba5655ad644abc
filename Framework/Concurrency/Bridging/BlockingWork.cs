using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Moves calls that block their thread to a bounded pool, so that no executor is held up by them.</summary>
/// <remarks>
/// <para>The calls run under the caller's ExecutionContext. A call that is made on one of the pool's own threads runs there at once: it could
/// wait for ever for another. When the queue is full a call waits for a place, or is refused: see <see cref="BlockingWorkOptions"/>.</para>
/// <para>Cancelling frees the caller at once. A call that has not started never will; one that has started goes on to its end, because nothing
/// can interrupt it, and holds its thread until then.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
public static class BlockingWork
{
    private static readonly QuietLock s_gate = new();
    private static BlockingPool? s_pool;

    /// <summary>What the pool does; all zero while there is none.</summary>
    public static ExecutorStatistics Statistics => Volatile.Read(ref s_pool)?.Statistics ?? default;

    /// <summary>Sets how the calls are run; once, before the first of them.</summary>
    /// <exception cref="InvalidOperationException">A call was made or options were set before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static void Configure(BlockingWorkOptions options)
    {
        BlockingWorkOptions.Checked(options);
        Make(options, isFirstUse: false);
    }

    /// <summary>Makes a blocking call on the pool and completes when it has returned.</summary>
    /// <param name="work">The call.</param>
    /// <param name="cancellationToken">Frees the caller: see the remarks of the class.</param>
    /// <exception cref="ExecutorRejectedException">The queue is full and rejects, or the pool was stopped while the call waited for a place (through the task).</exception>
    /// <exception cref="InvalidOperationException">The environment variable <see cref="BlockingWorkOptions.ThreadsVariable"/> is no number in the range.</exception>
    public static Task RunAsync(Action work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Pool.RunAsync(
            () =>
            {
                work();
                return true;
            },
            work,
            cancellationToken);
    }

    /// <summary>Makes a blocking call on the pool and completes with its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Pool.RunAsync(work, work, cancellationToken);
    }

    /// <summary>Waits for the calls that were accepted, and ends the threads; a later call starts new ones.</summary>
    /// <param name="timeout">How long to wait for the calls, or <see cref="Timeout.InfiniteTimeSpan"/>. Afterwards what has not started is cancelled, and what runs is left to its end.</param>
    /// <returns>Whether all calls ended in time.</returns>
    public static Task<bool> StopAsync(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout,
                $"Blocking calls cannot be waited for {timeout}. Use zero or more, or Timeout.InfiniteTimeSpan for as long as they take.");
        }

        return Volatile.Read(ref s_pool)?.StopAsync(timeout) ?? Task.FromResult(true);
    }

    private static BlockingPool Pool => Volatile.Read(ref s_pool) ?? Make(new BlockingWorkOptions(), isFirstUse: true);

    private static BlockingPool Make(BlockingWorkOptions options, bool isFirstUse)
    {
        using (s_gate.EnterScope())
        {
            if (s_pool is not null && !isFirstUse)
            {
                throw new InvalidOperationException(
                    "BlockingWork.Configure was called after the first call was made or options were set. Call it once, when the program starts.");
            }

            return s_pool ??= new BlockingPool(options, Environment.GetEnvironmentVariable);
        }
    }
}
