namespace Concurrency.Coordination;

/// <summary>Stands for one holding of a lock; disposing it a second time does nothing.</summary>
internal sealed class LockKey(LockCore core) : IDisposable
{
    /// <summary>Guarded by the gate of the lock.</summary>
    internal bool IsDisposed { get; set; }

    public void Dispose() => core.Leave(this);
}
