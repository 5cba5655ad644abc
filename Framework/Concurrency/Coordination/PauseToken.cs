namespace Concurrency.Coordination;

/// <summary>Tells work that it is to pause, and when it may go on.</summary>
/// <remarks>The default value never pauses. All members are safe to call from any thread.</remarks>
public readonly record struct PauseToken
{
    private readonly AsyncManualResetEvent? _running;

    internal PauseToken(AsyncManualResetEvent running) => _running = running;

    /// <summary>Whether there is a source that can pause.</summary>
    public bool CanBePaused => _running is not null;

    /// <summary>Whether the work is to pause at this moment.</summary>
    public bool IsPaused => _running is { IsSet: false };

    /// <summary>Completes when the work may go on; at once if it is not to pause.</summary>
    public Task WaitWhilePausedAsync() => _running?.WaitAsync() ?? Task.CompletedTask;

    /// <inheritdoc cref="WaitWhilePausedAsync()"/>
    /// <param name="token">Ends the wait. If it is cancelled already, work that is not to pause goes on all the same.</param>
    public Task WaitWhilePausedAsync(CancellationToken token) => _running?.WaitAsync(token) ?? Task.CompletedTask;

    /// <summary>Blocks the calling thread until the work may go on.</summary>
    public void WaitWhilePaused() => _running?.Wait();

    /// <inheritdoc cref="WaitWhilePaused()"/>
    /// <param name="token">Ends the wait. If it is cancelled already, work that is not to pause goes on all the same.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void WaitWhilePaused(CancellationToken token) => _running?.Wait(token);
}
