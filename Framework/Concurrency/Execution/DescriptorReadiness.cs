namespace Concurrency.Execution;

/// <summary>Tells when a file descriptor can be read; made by <see cref="Executor.WatchDescriptor"/>.</summary>
/// <remarks>
/// The kernel is asked once (edge-triggered), not once per wait: read until the descriptor would block, then wait.
/// At most one wait at a time. Dispose before closing the descriptor.
/// </remarks>
public abstract class DescriptorReadiness : IDisposable
{
    /// <summary>Completes when the descriptor became readable since the last completed wait; at once if it already has.</summary>
    /// <param name="cancellationToken">Ends the wait; readiness that was not consumed is kept for the next wait.</param>
    /// <exception cref="ObjectDisposedException">The watch was disposed, before or during the wait.</exception>
    /// <exception cref="InvalidOperationException">Another wait is pending.</exception>
    public abstract ValueTask WaitReadableAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the watch and fails a pending wait.</summary>
    protected abstract void Dispose(bool disposing);
}
