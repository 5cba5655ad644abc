namespace Concurrency.Coordination;

/// <summary>Stands for one reader that holds an <see cref="AsyncReaderWriterLock"/>; disposing it a second time does nothing.</summary>
internal sealed class ReaderKey(ReaderWriterCore core) : IDisposable
{
    private ReaderWriterCore? _core = core;

    internal bool IsDisposed => _core is null;

    public void Dispose() => _core?.Leave(this);

    /// <summary>Marks the key as disposed; called with the gate held.</summary>
    /// <returns>Whether it was not.</returns>
    internal bool TryEnd()
    {
        var wasHeld = _core is not null;
        _core = null;
        return wasHeld;
    }
}

/// <summary>Stands for the writer that holds an <see cref="AsyncReaderWriterLock"/>, or for an upgrade; disposing it a second time does nothing.</summary>
internal sealed class WriterKey(ReaderWriterCore core) : IDisposable
{
    public void Dispose() => core.Leave(this);
}
