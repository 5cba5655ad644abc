using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Waits for tasks up to a time, and leaves them as they are.</summary>
/// <remarks>
/// The rules of <c>asyncio.wait</c> and <c>as_completed</c>: a wait never throws a task's failure and cancels nothing. A task
/// that is given twice counts once. Members are safe to call from any thread.
/// </remarks>
public static class Wait
{
    /// <summary>Waits until all tasks have ended or the time has passed.</summary>
    /// <param name="tasks">One or more.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or the system's.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">There is no task, or null among them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative.</exception>
    public static Task<WaitResult<TTask>> AllAsync<TTask>(
        IEnumerable<TTask> tasks, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
        where TTask : Task =>
        UntilAsync(tasks, static count => new WaitTally(count, endsWithFailure: false), timeout, timeProvider, cancellationToken);

    /// <summary>Waits until one of the tasks has ended, in whatever way, or the time has passed.</summary>
    /// <inheritdoc cref="AllAsync{TTask}(IEnumerable{TTask}, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<WaitResult<TTask>> AnyAsync<TTask>(
        IEnumerable<TTask> tasks, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
        where TTask : Task =>
        UntilAsync(tasks, static _ => new WaitTally(1, endsWithFailure: false), timeout, timeProvider, cancellationToken);

    /// <summary>Waits until one of the tasks has failed, or all have ended, or the time has passed.</summary>
    /// <inheritdoc cref="AllAsync{TTask}(IEnumerable{TTask}, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task<WaitResult<TTask>> FirstFailureAsync<TTask>(
        IEnumerable<TTask> tasks, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
        where TTask : Task =>
        UntilAsync(tasks, static count => new WaitTally(count, endsWithFailure: true), timeout, timeProvider, cancellationToken);

    /// <summary>Returns the tasks themselves in the order in which they end.</summary>
    /// <param name="tasks">Any number.</param>
    /// <param name="timeout">For the whole enumeration, from its start: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or the system's.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">There is null among the tasks.</exception>
    /// <exception cref="TimeoutException">The time has passed and some have not ended; they go on.</exception>
    public static async IAsyncEnumerable<TTask> AsCompletedAsync<TTask>(
        IEnumerable<TTask> tasks,
        TimeSpan timeout,
        TimeProvider? timeProvider = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TTask : Task
    {
        var all = Distinct(tasks);
        using var time = new TimeLimit(timeout, timeProvider, cancellationToken);
        foreach (var task in all.Where(static t => t.IsCompleted).ToArray())
        {
            all.Remove(task);
            yield return task;
        }

        var left = all.Count;
        var ends = Task.WhenEach((IEnumerable<Task>)all).GetAsyncEnumerator(time.Over);
        await using var ending = ends.ConfigureAwait(Executor.Current is not null);
        while (left > 0)
        {
            if (!await TryNextAsync(ends, cancellationToken).ConfigureAwait(Executor.Current is not null))
            {
                throw new TimeoutException($"{left} tasks have not ended within {timeout}. They go on; cancel them if they are not needed.");
            }

            left--;
            yield return (TTask)ends.Current;
        }
    }

    /// <returns>False when the time has passed.</returns>
    private static async Task<bool> TryNextAsync(IAsyncEnumerator<Task> ends, CancellationToken cancellationToken)
    {
        try
        {
            return await ends.MoveNextAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static async Task<WaitResult<TTask>> UntilAsync<TTask>(
        IEnumerable<TTask> tasks, Func<int, WaitTally> makeTally, TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken)
        where TTask : Task
    {
        var all = Distinct(tasks);
        if (all.Count == 0)
        {
            throw new ArgumentException("There is no task to wait for. Give one or more.", nameof(tasks));
        }

        using var time = new TimeLimit(timeout, timeProvider, cancellationToken);
        using var watching = new CancellationTokenSource();
        var tally = makeTally(all.Count);
        foreach (var task in all)
        {
            tally.Watch(task, watching.Token);
        }

        try
        {
            await tally.Reached.WaitAsync(time.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // Tasks that run for long would collect the continuations of all the waits that gave up.
            watching.Cancel();
        }

        return Sort(all);
    }

    private static WaitResult<TTask> Sort<TTask>(List<TTask> all)
        where TTask : Task
    {
        // One look decides for each task, so that none is in both lists or in neither.
        var done = new List<TTask>(all.Count);
        var pending = new List<TTask>();
        foreach (var task in all)
        {
            (task.IsCompleted ? done : pending).Add(task);
        }

        return new WaitResult<TTask>(done, pending);
    }

    private static List<TTask> Distinct<TTask>(IEnumerable<TTask> tasks)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return [.. Given.NoNull(tasks, nameof(tasks)).Distinct()];
    }
}
