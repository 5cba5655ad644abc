namespace Concurrency.Coordination;

/// <summary>Stands for one holding of a lock; disposing it a second time does nothing.</summary>
internal sealed class LockKey(LockCore core) : IDisposable
{
    private LockCore? _core = core;

    internal bool IsDisposed => _core is null;

    public void Dispose() => _core?.Leave(this);

    /// <summary>Marks the key as disposed; called with the gate held.</summary>
    internal void End() => _core = null;
}
