using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The limit on new work that is queued and has not started, and those who wait for a place, first come first served.</summary>
internal sealed class RootAdmission(int initialLimit)
{
    private readonly QuietLock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private int _queued;
    private volatile int _limit = initialLimit;
    private bool _closed;
    private bool _lineHasEnded;

    public int Limit => _limit;

    /// <summary>Takes a place if one is free and nobody waits for it.</summary>
    /// <param name="isAccepted">Whether the work was accepted before, for a later time: it gets a place beyond the limit once nothing new is taken.</param>
    public bool TryEnter(bool isAccepted = false)
    {
        using (_gate.EnterScope())
        {
            return TryEnterLocked(isBeyondLimit: _closed && isAccepted);
        }
    }

    /// <summary>Takes a place, or gets in line for one.</summary>
    /// <param name="work">What is to be queued when there is a place.</param>
    /// <param name="isAccepted">Whether it was accepted before, for a later time: it gets a place beyond the limit once nothing new is taken.</param>
    /// <param name="waiter">Who waits, to be given the caller's token; null if the place was taken, or if nothing new is taken.</param>
    /// <returns>Whether the place was taken at once.</returns>
    public bool TryEnter(ExecutorWork work, bool isAccepted, out Waiter? waiter)
    {
        waiter = null;
        using (_gate.EnterScope())
        {
            if (_closed && !isAccepted)
            {
                return false;
            }

            // Between the closing and the end of the line accepted work stands in it, so that none overtakes another.
            if ((!_closed || _lineHasEnded) && TryEnterLocked(isBeyondLimit: _closed))
            {
                return true;
            }

            waiter = new Waiter(this, work, isAccepted);
            _waiters.AddLast(waiter.Node);
            return false;
        }
    }

    /// <summary>A queued piece of work has started: its place goes to the first who waits.</summary>
    /// <returns>Whether <paramref name="admitted"/> has to be queued now; call <see cref="Waiter.Admit"/> afterwards.</returns>
    public bool TryHandOver(out Waiter admitted)
    {
        using (_gate.EnterScope())
        {
            _queued--;
            if (_queued < _limit && !_closed && _waiters.First is { } first)
            {
                _waiters.Remove(first);
                _queued++;
                admitted = first.Value;
                return true;
            }

            admitted = null!;
            return false;
        }
    }

    /// <summary>Changes the limit.</summary>
    /// <returns>Those who got one of the new places, in the order of their calls; each has to be queued and told.</returns>
    public IReadOnlyList<Waiter> Resize(int limit)
    {
        using (_gate.EnterScope())
        {
            _limit = limit;
            var admitted = new List<Waiter>();
            while (_queued < limit && !_closed && _waiters.First is { } first)
            {
                _waiters.Remove(first);
                _queued++;
                admitted.Add(first.Value);
            }

            return admitted;
        }
    }

    /// <summary>Nobody gets in line any more, and nobody in the line gets a place.</summary>
    public void Close()
    {
        using (_gate.EnterScope())
        {
            _closed = true;
        }
    }

    /// <summary>Takes the first who waits out of the line, to be queued or told by the caller; called after <see cref="Close"/>.</summary>
    /// <returns>False when the line has ended.</returns>
    public bool TryTakeWaiter(out Waiter waiter)
    {
        using (_gate.EnterScope())
        {
            if (_waiters.First is not { } first)
            {
                _lineHasEnded = true;
                waiter = null!;
                return false;
            }

            _waiters.Remove(first);
            waiter = first.Value;
            _queued += waiter.IsAccepted ? 1 : 0;
            return true;
        }
    }

    private bool TryEnterLocked(bool isBeyondLimit)
    {
        if (!isBeyondLimit && (_queued >= _limit || _waiters.Count > 0))
        {
            return false;
        }

        _queued++;
        return true;
    }

    private bool TryRemove(Waiter waiter)
    {
        using (_gate.EnterScope())
        {
            if (waiter.Node.List is null)
            {
                return false;
            }

            _waiters.Remove(waiter.Node);
            return true;
        }
    }

    internal sealed class Waiter : TaskCompletionSource
    {
        private readonly RootAdmission _admission;
        private CancellationTokenRegistration _registration;

        public Waiter(RootAdmission admission, ExecutorWork work, bool isAccepted)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _admission = admission;
            Work = work;
            IsAccepted = isAccepted;
            Node = new LinkedListNode<Waiter>(this);
        }

        public ExecutorWork Work { get; }

        /// <summary>Whether the work was accepted before, for a later time: it is not refused when the executor closes.</summary>
        public bool IsAccepted { get; }

        public LinkedListNode<Waiter> Node { get; }

        public void CancelWith(CancellationToken cancellationToken)
        {
            var registration = cancellationToken.UnsafeRegister(
                static (self, token) =>
                {
                    var waiter = (Waiter)self!;
                    if (waiter._admission.TryRemove(waiter))
                    {
                        waiter.TrySetCanceled(token);
                    }
                },
                this);
            _registration = registration;

            // Whoever ends the wait says so first and looks for the registration then; this looks in the other order.
            Interlocked.MemoryBarrier();
            if (Task.IsCompleted)
            {
                registration.Unregister();
            }
        }

        public void Admit()
        {
            TrySetResult();
            Interlocked.MemoryBarrier();
            _registration.Unregister();
        }

        public void Refuse(Exception error)
        {
            TrySetException(error);
            Interlocked.MemoryBarrier();
            _registration.Unregister();
        }
    }
}
