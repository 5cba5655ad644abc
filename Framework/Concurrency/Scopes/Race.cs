using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Runs several attempts at once and takes the first that succeed; the others are cancelled and awaited.</summary>
/// <remarks>
/// A failed attempt does not end the race: only when too few are left to succeed does it fail, with the failures of all. No
/// attempt outlives the call.
/// </remarks>
public static class Race
{
    /// <summary>Returns the result of the first attempt that succeeds.</summary>
    /// <param name="attempts">One or more; each receives a token that is cancelled when the race is decided.</param>
    /// <param name="options">Name, executor, timeout; the failure mode is not used. Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all attempts.</param>
    /// <exception cref="AggregateException">No attempt succeeded; it holds the failures, in the order in which they happened.</exception>
    /// <exception cref="TaskScopeCanceledException">The race was cancelled, or its time has passed.</exception>
    /// <exception cref="ArgumentException">There is no attempt.</exception>
    public static async Task<T> RunAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> attempts, TaskScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        var all = attempts.ToArray();
        if (all.Length == 0)
        {
            throw new ArgumentException("A race without attempts has no winner. Give one or more.", nameof(attempts));
        }

        var results = await QuorumAsync(1, all, options, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return results[0];
    }

    /// <summary>Returns the results of the first attempts that succeed, in the order in which they did.</summary>
    /// <param name="needed">How many have to succeed: from 1 to the number of attempts.</param>
    /// <param name="attempts">Each receives a token that is cancelled when the race is decided.</param>
    /// <param name="options">Name, executor, timeout; the failure mode is not used. Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all attempts.</param>
    /// <exception cref="AggregateException">Too many attempts failed; it holds the failures, in the order in which they happened.</exception>
    /// <exception cref="TaskScopeCanceledException">The race was cancelled, or its time has passed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More are needed than there are attempts, or none.</exception>
    public static async Task<IReadOnlyList<T>> QuorumAsync<T>(
        int needed,
        IEnumerable<Func<CancellationToken, Task<T>>> attempts,
        TaskScopeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        var all = Given.NoNull(attempts, nameof(attempts));
        if (needed < 1 || needed > all.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(needed), needed,
                $"{needed} of {all.Length} attempts cannot succeed. Use a number from 1 to the number of attempts.");
        }

        var tally = new RaceTally<T>(needed, all.Length);
        options = (options ?? new TaskScopeOptions { Name = "race" }) with { FailureMode = TaskScopeFailureMode.Supervised };
        await TaskScope.RunAsync(scope => tally.StartAsync(scope, all), options, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return tally.Results(options.Name);
    }
}
