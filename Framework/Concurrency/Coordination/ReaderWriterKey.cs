namespace Concurrency.Coordination;

/// <summary>Stands for one holding of an <see cref="AsyncReaderWriterLock"/>; disposing it a second time does nothing.</summary>
internal sealed class ReaderWriterKey(ReaderWriterCore core, ReaderWriterKeyKind kind) : IDisposable
{
    internal ReaderWriterKeyKind Kind => kind;

    /// <summary>Guarded by the gate of the lock.</summary>
    internal bool IsDisposed { get; set; }

    public void Dispose() => core.Leave(this);
}

/// <summary>What a <see cref="ReaderWriterKey"/> holds.</summary>
internal enum ReaderWriterKeyKind : byte
{
    Reader,
    Writer,
    Upgrade,
}
