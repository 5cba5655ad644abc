using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Runs work under a time limit, and returns only when the work has really ended.</summary>
/// <remarks>
/// The rules of <c>asyncio.wait_for</c>: when the time has passed the work is cancelled and awaited. Work that finishes all the
/// same, although late, has its result returned: it was done, and saying otherwise would have it done twice.
/// </remarks>
public static class WaitFor
{
    /// <summary>Runs work that has a result.</summary>
    /// <param name="work">Receives a token that is cancelled when the time has passed or the caller's token is.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. With zero the work starts with a cancelled token.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or the system's.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="TimeoutException">The time has passed, and the work gave in to that.</exception>
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return TimeoutScope.RunAsync(
            timeout,
            scope => Given.Task(work(scope.CancellationToken), "WaitFor.RunAsync"),
            new TimeoutScopeOptions { Name = "wait", TimeProvider = timeProvider },
            cancellationToken);
    }

    /// <summary>Runs work.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, Task{T}}, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static Task RunAsync(
        Func<CancellationToken, Task> work, TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(WithoutResult.Of(work), timeout, timeProvider, cancellationToken);
    }
}
