namespace Concurrency.Bridging;

/// <summary>Waits in the bridge that runs the caller: its executor does other work meanwhile.</summary>
/// <remarks>The token of the work is cancelled with the bridge. Its members throw <see cref="NoBridgeContextException"/> outside of a bridge.</remarks>
public sealed class BridgeBlockingContext : IBlockingContext
{
    private BridgeBlockingContext()
    {
    }

    /// <summary>The only instance; it has no state.</summary>
    public static BridgeBlockingContext Instance { get; } = new();

    /// <inheritdoc/>
    public void Wait(Func<CancellationToken, Task> work) => SyncBridge.Await(work);

    /// <inheritdoc/>
    public T Wait<T>(Func<CancellationToken, Task<T>> work) => SyncBridge.Await(work);
}
