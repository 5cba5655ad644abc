namespace Concurrency.Executors;

/// <summary>How a loop sleeps.</summary>
internal abstract class LoopWaiter : IDisposable
{
    /// <summary>Whether descriptors are watched, so that a busy loop has to look at them.</summary>
    public virtual bool IsWatching => false;

    /// <summary>Sleeps until woken, until a watched descriptor is ready, or for a time.</summary>
    /// <param name="milliseconds">-1 sleeps without limit, 0 only looks.</param>
    public abstract void Wait(int milliseconds);

    /// <summary>Ends a wait; if none is in progress, the next one. Safe from any thread, also after disposal.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public abstract void Dispose();
}
