using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Waits for work that the caller's cancellation does not reach.</summary>
/// <remarks>Members are safe to call from any thread.</remarks>
public static class Shield
{
    /// <summary>Waits for work; the token ends only the wait, and the work goes on to its own end.</summary>
    /// <param name="work">The running work. Whoever started it keeps it alive and may await it once more.</param>
    /// <param name="logger">Where its failure is logged when the wait has ended before it; null for the standard error stream.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    public static async Task WaitAsync(Task work, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            await work.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException) when (!work.IsCompleted)
        {
            var log = logger ?? LastResortLogger.Instance;
            Unawaited.Observe(work, "a shield", (_, error) => log.FailedUnawaited("a shield", error));
            throw;
        }
    }

    /// <summary>Waits for work and returns its result; the token ends only the wait, and the work goes on to its own end.</summary>
    /// <inheritdoc cref="WaitAsync(Task, ILogger?, CancellationToken)"/>
    public static async Task<T> WaitAsync<T>(Task<T> work, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        await WaitAsync((Task)work, logger, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return await work.ConfigureAwait(Executor.Current is not null);
    }
}
