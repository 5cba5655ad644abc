using System.Diagnostics;
using System.Globalization;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A number that is counted down; waits end when it is 0.</summary>
/// <remarks>
/// The count may be raised again, from 0 too, and may be below 0. A change that passes through 0 completes the waits that are pending at
/// that moment, in the order in which they began. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Id = {Id}, CurrentCount = {CurrentCount}")]
public sealed class AsyncCountdownEvent : IInterleaved
{
    private readonly Core _core;
    private int _id;

    /// <summary>Makes a countdown.</summary>
    /// <param name="count">The number of signals until waits end.</param>
    public AsyncCountdownEvent(long count) => _core = new Core(count);

    /// <summary>A number that tells this countdown from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncCountdownEvent>.Get(ref _id);

    /// <summary>The number of signals that are missing at this moment.</summary>
    public long CurrentCount
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, _core);
            return _core.Count;
        }
    }

    object IInterleaved.Resource => _core;

    /// <summary>Completes when the count is 0.</summary>
    public Task WaitAsync() => WaitAsync(CancellationToken.None);

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the wait succeeds only if the count is 0.</param>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, _core, static (core, token) => new ValueTask(core.WaitAsync(token)), _core, cancellationToken).AsTask()
            : _core.WaitAsync(cancellationToken);

    /// <summary>Blocks the calling thread until the count is 0.</summary>
    public void Wait() => Wait(CancellationToken.None);

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the wait succeeds only if the count is 0.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Wait, _core);
        BlockingWait.For(_core.WaitAsync(cancellationToken));
        Interleaving.Took(OperationKind.Wait, _core);
    }

    /// <summary>Raises the count by 1.</summary>
    /// <exception cref="OverflowException">The count would leave the range of <see cref="long"/>; it is unchanged.</exception>
    public void AddCount() => _core.Change(1);

    /// <summary>Raises the count.</summary>
    /// <exception cref="OverflowException">The count would leave the range of <see cref="long"/>; it is unchanged.</exception>
    public void AddCount(long addCount) => _core.Change(addCount);

    /// <summary>Lowers the count by 1.</summary>
    /// <exception cref="OverflowException">The count would leave the range of <see cref="long"/>; it is unchanged.</exception>
    public void Signal() => _core.Change(-1);

    /// <summary>Lowers the count.</summary>
    /// <exception cref="OverflowException">The count would leave the range of <see cref="long"/>; it is unchanged.</exception>
    public void Signal(long signalCount) => _core.Change(-(Int128)signalCount);

    private sealed class Core : WaitOwner
    {
        private readonly WaiterQueue _waiting = new();
        private readonly TaskWaiters<bool> _waiters;
        private long _count;

        public Core(long count)
        {
            _count = count;
            _waiters = new TaskWaiters<bool>(this);
        }

        public long Count => Volatile.Read(ref _count);

        public Task WaitAsync(CancellationToken cancellationToken)
        {
            Enter();
            if (_count == 0)
            {
                Exit();
                return Task.CompletedTask;
            }

            return _waiters.WaitAndExit(_waiting, true, cancellationToken);
        }

        public void Change(Int128 difference)
        {
            Interleaving.Touch(OperationKind.Signal, this);
            var settled = default(WaiterChain);
            Enter();
            var before = _count;
            var after = before + difference;
            if (after < long.MinValue || after > long.MaxValue)
            {
                Exit();
                throw new OverflowException(string.Create(
                    CultureInfo.InvariantCulture, $"The count was {before} and cannot change by {difference}. Count in the range of a long."));
            }

            _count = (long)after;
            if (before != 0 && (after == 0 || (before > 0) != (after > 0)))
            {
                GrantAllLocked(_waiting, ref settled);
            }

            Exit();
            settled.Publish();
        }

        protected override void AssertInvariants() => Debug.Assert(_count != 0 || _waiting.IsEmpty, "Nobody waits for a count of 0.");
    }
}
