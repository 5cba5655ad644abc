using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

public sealed partial class AsyncReaderWriterLock
{
    /// <summary>Holds the lock as a reader that can become the writer.</summary>
    /// <remarks>Disposing it releases the lock, the upgrade included. All members are safe to call from any thread.</remarks>
    [DebuggerDisplay("Upgraded = {Upgraded}")]
    public sealed class UpgradeableReaderKey : IDisposable
    {
        private readonly ReaderWriterCore _core;

        internal UpgradeableReaderKey(ReaderWriterCore core) => _core = core;

        /// <summary>Whether the holder is the writer at this moment.</summary>
        public bool Upgraded => _core.IsUpgraded(this);

        /// <summary>Becomes the writer, waiting until the other readers have left; no other writer gets in between.</summary>
        /// <returns>The key of the upgrade; disposing it makes the holder a reader again.</returns>
        /// <exception cref="InvalidOperationException">The key has been upgraded, or waits to be.</exception>
        /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
        public AwaitableDisposable<IDisposable> UpgradeAsync() => UpgradeAsync(CancellationToken.None);

        /// <inheritdoc cref="UpgradeAsync()"/>
        /// <param name="cancellationToken">Ends the wait; the holder stays a reader then.</param>
        public AwaitableDisposable<IDisposable> UpgradeAsync(CancellationToken cancellationToken) =>
            new(Interleaving.Applies
                ? Interleaving.ThenAsync(OperationKind.Acquire, _core, static (key, token) => key._core.UpgradeAsync(key, token), this, cancellationToken)
                : _core.UpgradeAsync(this, cancellationToken));

        /// <summary>Becomes the writer, blocking the calling thread until the other readers have left.</summary>
        /// <returns>The key of the upgrade; disposing it makes the holder a reader again.</returns>
        /// <exception cref="InvalidOperationException">The key has been upgraded, or waits to be.</exception>
        /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
        public IDisposable Upgrade() => Upgrade(CancellationToken.None);

        /// <inheritdoc cref="Upgrade()"/>
        /// <param name="cancellationToken">Ends the wait; the holder stays a reader then.</param>
        /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
        public IDisposable Upgrade(CancellationToken cancellationToken)
        {
            Interleaving.Touch(OperationKind.Acquire, _core);
            var key = BlockingWait.For(_core.UpgradeAsync(this, cancellationToken));
            Interleaving.Took(OperationKind.Acquire, _core);
            return key;
        }

        /// <summary>Releases the lock; a second time it does nothing.</summary>
        public void Dispose() => _core.Leave(this);
    }
}
