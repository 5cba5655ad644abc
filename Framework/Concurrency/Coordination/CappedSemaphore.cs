using System.Diagnostics;
using System.Globalization;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A semaphore whose release waits, too: for room below a limit, as its wait does for a free slot.</summary>
/// <remarks>
/// With a limit of 0 each release meets a wait. Those who wait on either side are served in order of arrival. With a token that is
/// cancelled already, a call does what is possible at once, and is cancelled otherwise. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("CurrentCount = {CurrentCount}, Limit = {Limit}, Balance = {Balance}")]
public sealed class CappedSemaphore : IInterleaved
{
    private readonly Core _core;

    /// <summary>Makes a semaphore.</summary>
    /// <param name="initialCount">The number of free slots, 0 to <paramref name="limit"/>.</param>
    /// <param name="limit">The highest number of free slots, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CappedSemaphore(long initialCount, long limit)
    {
        Given.AtLeast(initialCount, 0, "The number of free slots of a semaphore");
        Given.AtLeast(limit, 0, "The limit of a semaphore");
        if (initialCount > limit)
        {
            throw new ArgumentOutOfRangeException(nameof(initialCount), initialCount, string.Create(
                CultureInfo.InvariantCulture, $"The semaphore was to begin with {initialCount} free slots and a limit of {limit}. Begin within the limit."));
        }

        _core = new Core(initialCount, limit);
    }

    /// <summary>The highest number of free slots.</summary>
    public long Limit => _core.Limit;

    /// <summary>The number of slots that are free at this moment.</summary>
    public long CurrentCount
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, _core);
            return _core.Look().Count;
        }
    }

    object IInterleaved.Resource => _core;

    /// <summary>Free slots and waiting releases less those who wait for a slot, at this moment.</summary>
    public long Balance => _core.Look().Balance;

    /// <summary>Takes a slot, waiting until one is free.</summary>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    public Task WaitAsync(CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Acquire, _core, static (core, token) => new ValueTask(core.TakeAsync(token)), _core, cancellationToken).AsTask()
            : _core.TakeAsync(cancellationToken);

    /// <summary>Takes a slot, blocking the calling thread until one is free.</summary>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken = default)
    {
        Interleaving.Touch(OperationKind.Acquire, _core);
        BlockingWait.For(_core.TakeAsync(cancellationToken));
        Interleaving.Took(OperationKind.Acquire, _core);
    }

    /// <summary>Takes a slot if one is free or about to be given back.</summary>
    /// <returns>Whether a slot was taken.</returns>
    public bool TryWait()
    {
        Interleaving.Touch(OperationKind.Acquire, _core);
        var taken = _core.TakeAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully;
        if (taken)
        {
            Interleaving.Took(OperationKind.Acquire, _core);
        }

        return taken;
    }

    /// <summary>Gives a slot back, waiting until there are fewer free slots than the limit.</summary>
    /// <param name="cancellationToken">Ends the wait; no slot is given back then.</param>
    public Task ReleaseAsync(CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Release, _core, static (core, token) => new ValueTask(core.GiveAsync(token)), _core, cancellationToken).AsTask()
            : _core.GiveAsync(cancellationToken);

    /// <summary>Gives a slot back, blocking the calling thread until there are fewer free slots than the limit.</summary>
    /// <param name="cancellationToken">Ends the wait; no slot is given back then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Release(CancellationToken cancellationToken = default)
    {
        Interleaving.Touch(OperationKind.Release, _core);
        BlockingWait.For(_core.GiveAsync(cancellationToken));
    }

    /// <summary>Gives a slot back if there are fewer free slots than the limit, or somebody waits for one.</summary>
    /// <returns>Whether a slot was given back.</returns>
    public bool TryRelease()
    {
        Interleaving.Touch(OperationKind.Release, _core);
        return _core.GiveAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully;
    }

    private sealed class Core : WaitOwner
    {
        private readonly WaiterQueue _takers = new();
        private readonly WaiterQueue _givers = new();
        private readonly TaskWaiters<bool> _waiters;
        private long _count;

        public Core(long count, long limit)
        {
            _count = count;
            Limit = limit;
            _waiters = new TaskWaiters<bool>(this);
        }

        public long Limit { get; }

        public (long Count, long Balance) Look()
        {
            Enter();
            var seen = (_count, _count + _givers.Count - _takers.Count);
            Exit();
            return seen;
        }

        public Task TakeAsync(CancellationToken cancellationToken)
        {
            Enter();
            if (_givers.IsEmpty && _count == 0)
            {
                return _waiters.WaitAndExit(_takers, true, cancellationToken);
            }

            return PassOrCountAndExit(_givers, -1);
        }

        public Task GiveAsync(CancellationToken cancellationToken)
        {
            Enter();
            if (_takers.IsEmpty && _count == Limit)
            {
                return _waiters.WaitAndExit(_givers, true, cancellationToken);
            }

            return PassOrCountAndExit(_takers, 1);
        }

        /// <summary>Lets the other side's oldest waiter have the slot, or counts it.</summary>
        private Task PassOrCountAndExit(WaiterQueue otherSide, int step)
        {
            var settled = default(WaiterChain);
            if (otherSide.IsEmpty)
            {
                _count += step;
            }
            else
            {
                settled.Add(otherSide.Dequeue());
            }

            Exit();
            settled.Publish();
            return Task.CompletedTask;
        }

        protected override void AssertInvariants()
        {
            Debug.Assert(_takers.IsEmpty || (_count == 0 && _givers.IsEmpty), "Nobody waits for a slot while there is one.");
            Debug.Assert(_givers.IsEmpty || _count == Limit, "Nobody waits for room while there is some.");
        }
    }
}
