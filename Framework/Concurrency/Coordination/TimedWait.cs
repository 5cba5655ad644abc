using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Ends a wait when its time has passed, so that it leaves its queue and takes nothing.</summary>
internal static class TimedWait
{
    /// <summary>Waits, but not longer than given.</summary>
    /// <returns>What was waited for; null if the time has passed before.</returns>
    public static async Task<T?> TryAsync<T>(
        Func<CancellationToken, Task<T>> waitAsync, TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new TimeLimit(timeout, timeProvider, cancellationToken);
        try
        {
            return await waitAsync(limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException) when (limit.Over.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Waits for a lock, but not longer than given.</summary>
    /// <exception cref="LockNotAcquiredException">The time has passed before.</exception>
    public static async Task<IDisposable> GetAsync(
        Func<CancellationToken, Task<IDisposable>> lockAsync, string name, TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken) =>
        await TryAsync(lockAsync, timeout, timeProvider, cancellationToken).ConfigureAwait(Executor.Current is not null)
            ?? throw new LockNotAcquiredException(name, timeout);

    /// <summary>Waits, but not longer than given.</summary>
    /// <returns>Whether what was waited for has come in time.</returns>
    public static async Task<bool> TryAsync(
        Func<CancellationToken, Task> waitAsync, TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken)
    {
        var came = await TryAsync(
            async token =>
            {
                await waitAsync(token).ConfigureAwait(Executor.Current is not null);
                return bool.TrueString;
            }, timeout, timeProvider, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return came is not null;
    }
}
