using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A lock that many readers hold together and a writer alone, and that may be held across an <c>await</c>.</summary>
/// <remarks>
/// <para>Writers go first: while one waits, no new reader enters. Writers get the lock in the order in which they asked; readers enter
/// together. One of the readers at a time may be upgradeable: it can become the writer without letting another writer in between.</para>
/// <para>It is not reentrant. With a token that is cancelled already, the lock is taken if that is possible at once, and otherwise the wait
/// is cancelled. A writer that gives up lets in whom it held up. Disposing a key runs nobody else's code, and disposing it twice
/// releases once. All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("Id = {Id}, (readers, writes) = {_core.Seen}")]
public sealed partial class AsyncReaderWriterLock : IInterleaved
{
    private readonly ReaderWriterCore _core = new();
    private int _id;

    /// <summary>A number that tells this lock from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncReaderWriterLock>.Get(ref _id);

    object IInterleaved.Resource => _core;

    /// <summary>Takes the lock as a reader, waiting until nobody writes or waits to write.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public AwaitableDisposable<IDisposable> ReaderLockAsync() => ReaderLockAsync(CancellationToken.None);

    /// <inheritdoc cref="ReaderLockAsync()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    public AwaitableDisposable<IDisposable> ReaderLockAsync(CancellationToken cancellationToken) => new(_core.ReadInTurnAsync(cancellationToken));

    /// <summary>Takes the lock as a reader, blocking the calling thread until nobody writes or waits to write.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public IDisposable ReaderLock() => ReaderLock(CancellationToken.None);

    /// <inheritdoc cref="ReaderLock()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable ReaderLock(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.AcquireShared, _core);
        var key = BlockingWait.For(_core.ReadAsync(cancellationToken));
        Interleaving.Took(OperationKind.AcquireShared, _core);
        return key;
    }

    /// <summary>Takes the lock as the writer, waiting until nobody holds it.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public AwaitableDisposable<IDisposable> WriterLockAsync() => WriterLockAsync(CancellationToken.None);

    /// <inheritdoc cref="WriterLockAsync()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    public AwaitableDisposable<IDisposable> WriterLockAsync(CancellationToken cancellationToken) => new(_core.WriteInTurnAsync(cancellationToken));

    /// <summary>Takes the lock as the writer, blocking the calling thread until nobody holds it.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public IDisposable WriterLock() => WriterLock(CancellationToken.None);

    /// <inheritdoc cref="WriterLock()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable WriterLock(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Acquire, _core);
        var key = BlockingWait.For(_core.WriteAsync(cancellationToken));
        Interleaving.Took(OperationKind.Acquire, _core);
        return key;
    }

    /// <summary>Takes the lock as a reader that can become the writer, waiting until there is no other such reader and nobody writes or waits to write.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public AwaitableDisposable<UpgradeableReaderKey> UpgradeableReaderLockAsync() => UpgradeableReaderLockAsync(CancellationToken.None);

    /// <inheritdoc cref="UpgradeableReaderLockAsync()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    public AwaitableDisposable<UpgradeableReaderKey> UpgradeableReaderLockAsync(CancellationToken cancellationToken) =>
        new(_core.ReadUpgradeablyInTurnAsync(cancellationToken));

    /// <summary>Takes the lock as a reader that can become the writer, blocking the calling thread until that is possible.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public UpgradeableReaderKey UpgradeableReaderLock() => UpgradeableReaderLock(CancellationToken.None);

    /// <inheritdoc cref="UpgradeableReaderLock()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public UpgradeableReaderKey UpgradeableReaderLock(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.AcquireShared, _core);
        var key = BlockingWait.For(_core.ReadUpgradeablyAsync(cancellationToken));
        Interleaving.Took(OperationKind.AcquireShared, _core);
        return key;
    }
}
