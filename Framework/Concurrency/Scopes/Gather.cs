using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Waits for several pieces of work and returns their results in the order in which the work was given.</summary>
/// <remarks>
/// The rules of <c>asyncio.gather</c>: the first failure comes out at once, and the others go on. When that is not wanted, and it
/// seldom is, use a <see cref="TaskScope"/>. Members are safe to call from any thread.
/// </remarks>
public static class Gather
{
    /// <summary>Returns all results; the first failure is thrown at once, and the work that still runs goes on.</summary>
    /// <param name="work">Is started in its order, in the caller. Each receives a token that is cancelled when <paramref name="cancellationToken"/> is.</param>
    /// <param name="logger">Where failures after the first are logged; null for the standard error stream.</param>
    /// <param name="cancellationToken">Cancels all of the work; the call then ends when all of it has ended.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, and that has cut some of the work short.</exception>
    public static async Task<T[]> AllAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> work, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        var tasks = Start(work, cancellationToken);
        await foreach (var ended in Task.WhenEach(tasks).ConfigureAwait(Executor.Current is not null))
        {
            if (ended.IsCompletedSuccessfully)
            {
                continue;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                _ = await OutcomesOfAsync(tasks).ConfigureAwait(Executor.Current is not null);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var log = logger ?? LastResortLogger.Instance;
            foreach (var other in tasks.Where(t => t != ended))
            {
                Unawaited.Observe(other, "a gather", (_, error) => log.FailedUnawaited("a gather", error));
            }

            await ended.ConfigureAwait(Executor.Current is not null);
        }

        return await Task.WhenAll(tasks).ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Waits until all of the work has ended, and returns how each ended; never throws the work's own failures.</summary>
    /// <param name="work">Is started in its order, in the caller. Each receives a token that is cancelled when <paramref name="cancellationToken"/> is.</param>
    /// <param name="cancellationToken">Cancels all of the work; the call still ends when all of it has ended.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, and that has cut some of the work short.</exception>
    public static async Task<TaskOutcome<T>[]> OutcomesAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> work, CancellationToken cancellationToken = default)
    {
        var outcomes = await OutcomesOfAsync(Start(work, cancellationToken)).ConfigureAwait(Executor.Current is not null);
        if (Array.Exists(outcomes, static o => o.Error is OperationCanceledException))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return outcomes;
    }

    private static Task<T>[] Start<T>(IEnumerable<Func<CancellationToken, Task<T>>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Array.ConvertAll(Given.NoNull(work, nameof(work)), w => StartAsync(w, cancellationToken));
    }

    private static async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        await Given.Task(work(cancellationToken), "Gather").ConfigureAwait(Executor.Current is not null);

    private static Task<TaskOutcome<T>[]> OutcomesOfAsync<T>(Task<T>[] tasks) => Task.WhenAll(Array.ConvertAll(tasks, TaskOutcome<T>.OfAsync));
}
