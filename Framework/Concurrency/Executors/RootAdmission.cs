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

    public int Limit => _limit;

    /// <summary>Takes a place if one is free and nobody waits for it.</summary>
    public bool TryEnter()
    {
        using (_gate.EnterScope())
        {
            return TryEnterLocked();
        }
    }

    /// <summary>Takes a place, or waits for one.</summary>
    /// <returns>Null if the place was taken at once; else a task that completes when the work was handed over.</returns>
    public Task? EnterAsync(Executor executor, ExecutorWork work, CancellationToken cancellationToken)
    {
        Waiter waiter;
        using (_gate.EnterScope())
        {
            if (_closed)
            {
                return Task.FromException(executor.Rejected());
            }

            if (TryEnterLocked())
            {
                return null;
            }

            waiter = new Waiter(this, work);
            _waiters.AddLast(waiter.Node);
        }

        waiter.CancelWith(cancellationToken);
        return waiter.Task;
    }

    /// <summary>A queued piece of work has started: its place goes to the first who waits.</summary>
    /// <returns>Whether <paramref name="admitted"/> has to be queued now; call <see cref="Waiter.Admit"/> afterwards.</returns>
    public bool TryHandOver(out Waiter admitted)
    {
        using (_gate.EnterScope())
        {
            _queued--;
            if (_queued < _limit && _waiters.First is { } first)
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
            while (_queued < limit && _waiters.First is { } first)
            {
                _waiters.Remove(first);
                _queued++;
                admitted.Add(first.Value);
            }

            return admitted;
        }
    }

    /// <summary>Refuses those who wait, and everybody who comes.</summary>
    public void Close(Executor executor)
    {
        Waiter[] refused;
        using (_gate.EnterScope())
        {
            _closed = true;
            refused = [.. _waiters];
            _waiters.Clear();
        }

        foreach (var waiter in refused)
        {
            waiter.Refuse(executor.Rejected());
        }
    }

    private bool TryEnterLocked()
    {
        if (_queued >= _limit || _waiters.Count > 0)
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

        public Waiter(RootAdmission admission, ExecutorWork work)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _admission = admission;
            Work = work;
            Node = new LinkedListNode<Waiter>(this);
        }

        public ExecutorWork Work { get; }

        public LinkedListNode<Waiter> Node { get; }

        public void CancelWith(CancellationToken cancellationToken)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (self, token) =>
                {
                    var waiter = (Waiter)self!;
                    if (waiter._admission.TryRemove(waiter))
                    {
                        waiter.TrySetCanceled(token);
                    }
                },
                this);
            if (Task.IsCompleted)
            {
                _registration.Unregister();
            }
        }

        public void Admit()
        {
            _registration.Unregister();
            TrySetResult();
        }

        public void Refuse(Exception error)
        {
            _registration.Unregister();
            TrySetException(error);
        }
    }
}
