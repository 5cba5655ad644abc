using System.Diagnostics;
using System.Globalization;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A number of slots; who finds none free waits for one.</summary>
/// <remarks>
/// <para>Slots go to waiters in the order in which they asked; a release never makes a slot free while somebody waits for one.
/// With a token that is cancelled already, a slot is taken if one is free, and otherwise the wait is cancelled at once.</para>
/// <para>A release runs nobody else's code. All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("Id = {Id}, CurrentCount = {CurrentCount}, Balance = {Balance}")]
public sealed class AsyncSemaphore : IInterleaved
{
    private readonly Core _core;
    private int _id;

    /// <summary>Makes a semaphore without an upper limit.</summary>
    /// <param name="initialCount">The number of free slots, 0 or more.</param>
    public AsyncSemaphore(long initialCount)
        : this(initialCount, long.MaxValue)
    {
    }

    /// <summary>Makes a semaphore that refuses to have more free slots than given.</summary>
    /// <param name="initialCount">The number of free slots, 0 to <paramref name="maximumCount"/>.</param>
    /// <param name="maximumCount">The highest number of free slots, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AsyncSemaphore(long initialCount, long maximumCount)
    {
        Given.AtLeast(initialCount, 0, "The number of free slots of a semaphore");
        Given.AtLeast(maximumCount, 1, "The highest number of free slots of a semaphore");
        if (initialCount > maximumCount)
        {
            throw new ArgumentOutOfRangeException(nameof(initialCount), initialCount, string.Create(
                CultureInfo.InvariantCulture, $"The semaphore was to begin with {initialCount} free slots of at most {maximumCount}. Begin within the maximum."));
        }

        _core = new Core(initialCount, maximumCount);
    }

    /// <summary>A number that tells this semaphore from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncSemaphore>.Get(ref _id);

    /// <summary>The number of slots that are free at this moment.</summary>
    public long CurrentCount
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, _core);
            return _core.Look().Count;
        }
    }

    /// <summary>The highest number of free slots.</summary>
    public long MaximumCount => _core.Maximum;

    /// <summary>Free slots less waiters at this moment; negative is the demand that is not met.</summary>
    public long Balance => _core.Look().Balance;

    /// <summary>Whether no slot is free at this moment.</summary>
    public bool IsLocked => CurrentCount == 0;

    object IInterleaved.Resource => _core;

    /// <summary>Takes a slot, waiting until one is free.</summary>
    public Task WaitAsync() => WaitAsync(CancellationToken.None);

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies ? _core.TakeInTurnAsync(null, cancellationToken).AsTask() : _core.TakeAsync(null, cancellationToken) ?? Task.CompletedTask;

    /// <summary>Takes a slot, blocking the calling thread until one is free.</summary>
    public void Wait() => Wait(CancellationToken.None);

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Acquire, _core);
        BlockingWait.For(_core.TakeAsync(null, cancellationToken) ?? Task.CompletedTask);
        Interleaving.Took(OperationKind.Acquire, _core);
    }

    /// <summary>Takes a slot if one is free.</summary>
    /// <returns>Whether a slot was taken.</returns>
    public bool TryWait()
    {
        Interleaving.Touch(OperationKind.Acquire, _core);
        var taken = _core.TryTake();
        if (taken)
        {
            Interleaving.Took(OperationKind.Acquire, _core);
        }

        return taken;
    }

    /// <summary>Gives one slot back.</summary>
    /// <exception cref="SemaphoreFullException">There would be more free slots than <see cref="MaximumCount"/>; nothing was given back.</exception>
    public void Release() => _core.Give(1);

    /// <summary>Gives slots back.</summary>
    /// <param name="releaseCount">The number of slots, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    /// <exception cref="OverflowException">There is no limit, and there would be more free slots than a <see cref="long"/> can count.</exception>
    /// <exception cref="SemaphoreFullException">There would be more free slots than <see cref="MaximumCount"/>; nothing was given back.</exception>
    public void Release(long releaseCount)
    {
        Given.AtLeast(releaseCount, 0, "The number of slots to give back");
        if (releaseCount > 0)
        {
            _core.Give(releaseCount);
        }
    }

    /// <summary>Takes a slot, waiting until one is free.</summary>
    /// <returns>The key; disposing it gives the slot back, once.</returns>
    public AwaitableDisposable<IDisposable> LockAsync() => LockAsync(CancellationToken.None);

    /// <inheritdoc cref="LockAsync()"/>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    public AwaitableDisposable<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var key = new Key(_core);
        LockSites.Record(key, _core);
        if (Interleaving.Applies)
        {
            return new AwaitableDisposable<IDisposable>(_core.TakeInTurnAsync(key, cancellationToken)!);
        }

        return new AwaitableDisposable<IDisposable>(_core.TakeAsync(key, cancellationToken) is { } wait
            ? new ValueTask<IDisposable>(wait!)
            : new ValueTask<IDisposable>(key));
    }

    /// <summary>Takes a slot, blocking the calling thread until one is free.</summary>
    /// <returns>The key; disposing it gives the slot back, once.</returns>
    public IDisposable Lock() => Lock(CancellationToken.None);

    /// <inheritdoc cref="Lock()"/>
    /// <param name="cancellationToken">Ends the wait; no slot is taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable Lock(CancellationToken cancellationToken)
    {
        Wait(cancellationToken);
        var key = new Key(_core);
        LockSites.Record(key, _core);
        return key;
    }

    private sealed class Key(Core core) : IDisposable
    {
        private Core? _core = core;

        public bool IsDisposed => Volatile.Read(ref _core) is null;

        public void Dispose() => Interlocked.Exchange(ref _core, null)?.Give(1);
    }

    private sealed class Core : WatchedLock
    {
        private readonly WaiterQueue _waiting = new();
        private readonly TaskWaiters<IDisposable?> _waiters;
        private long _count;

        public Core(long count, long maximum)
        {
            _count = count;
            Maximum = maximum;
            _waiters = new TaskWaiters<IDisposable?>(this);
        }

        public override string Kind => nameof(AsyncSemaphore);

        public long Maximum { get; }

        public (long Count, long Balance) Look()
        {
            Enter();
            var seen = (_count, _count - _waiting.Count);
            Exit();
            return seen;
        }

        public bool TryTake()
        {
            Enter();
            var taken = _count > 0;
            if (taken)
            {
                _count--;
            }

            Exit();
            return taken;
        }

        /// <summary>Takes a slot in a simulation, when the schedule lets the caller go.</summary>
        public ValueTask<IDisposable?> TakeInTurnAsync(IDisposable? key, CancellationToken cancellationToken) =>
            Interleaving.ThenAsync(
                OperationKind.Acquire,
                this,
                static (take, token) => take.Self.TakeAsync(take.Key, token) is { } wait ? new ValueTask<IDisposable?>(wait) : new ValueTask<IDisposable?>(take.Key),
                (Self: this, Key: key),
                cancellationToken);

        /// <summary>Takes a slot; null if one was free.</summary>
        public Task<IDisposable?>? TakeAsync(IDisposable? key, CancellationToken cancellationToken)
        {
            var waiter = Volatile.Read(ref _count) > 0 ? null : _waiters.Prepare(key, cancellationToken);
            Enter();
            if (_count > 0)
            {
                _count--;
                Exit();
                waiter?.Discard();
                return null;
            }

            return _waiters.WaitAndExit(_waiting, key, cancellationToken, waiter);
        }

        public void Give(long slots)
        {
            Interleaving.Touch(OperationKind.Release, this);
            var settled = default(WaiterChain);
            Enter();
            var free = slots - Math.Min(slots, _waiting.Count);
            var before = _count;
            if (free > Maximum - before)
            {
                Exit();
                ThrowFull(slots, before);
            }

            _count += free;
            for (; slots > free; slots--)
            {
                settled.Add(_waiting.Dequeue());
            }

            Exit();
            settled.Publish();
        }

        // A semaphore whose slots are taken without a key is a signal as often as a lock, and who waits for a signal may wait for long.
        protected override (TaskWaiter? First, int Count) LookAtWaitersLocked()
        {
            var node = _waiting.Head;
            while (node is TaskWaiter<IDisposable?> { Result: null })
            {
                node = node.Next;
            }

            return ((TaskWaiter?)node, _waiting.Count);
        }

        protected override bool IsHeldByLocked(IDisposable key) =>
            key is Key { IsDisposed: false } && !IsWaitingLocked<IDisposable?>(_waiting, key);

        protected override void AssertInvariants() =>
            Debug.Assert(_count == 0 || _waiting.IsEmpty, "No slot is free while somebody waits for one.");

        private void ThrowFull(long slots, long before)
        {
            var message = string.Create(
                CultureInfo.InvariantCulture,
                $"{slots} slots were given back to a semaphore that has {before} free slots and allows {Maximum}. Release once per wait that has succeeded.");
            throw Maximum == long.MaxValue ? new OverflowException(message) : new SemaphoreFullException(message);
        }
    }
}
