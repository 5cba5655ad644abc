using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A wait in a <see cref="WaiterQueue"/> that its caller sees as a task.</summary>
/// <remarks>
/// A task, not the reusable promise that channels use: the names of this namespace promise tasks, which may be awaited twice, combined
/// and looked at, and which are complete as soon as the wait was granted. The waiter around the task is reused.
/// </remarks>
internal abstract class TaskWaiter(WaitOwner owner) : WaiterNode
{
    private const int Unlinked = 0;
    private const int Linked = 1;
    private const int Ended = 2;

    private static readonly Action<object?, CancellationToken> s_cancel = static (self, token) => ((TaskWaiter)self!).OnCancelled(token);

    private CancellationTokenRegistration _registration;
    private bool _isCancellable;
    private int _link;

    /// <summary>Whether the token can no longer change the outcome although the waiter is in a queue; guarded by the gate.</summary>
    internal bool IsCommitted { get; set; }

    /// <summary>Stands for this wait alone, while the waiter itself is used again for others.</summary>
    internal abstract object? Wait { get; }

    /// <summary>Lets a token end the wait; called once, after the gate was left, for a waiter that was begun as cancellable.</summary>
    internal void CancelWith(CancellationToken token)
    {
        _registration = token.UnsafeRegister(s_cancel, this);
        if (Interlocked.CompareExchange(ref _link, Linked, Unlinked) == Ended)
        {
            // The wait has ended in between, and whoever ended it could not see the registration.
            _registration.Unregister();
        }
    }

    /// <summary>Fixes the outcome as a cancellation; called by whoever unlinked the waiter.</summary>
    internal abstract void SettleCancelled(CancellationToken token);

    /// <summary>Fixes the outcome as a failure; called by whoever unlinked the waiter.</summary>
    internal abstract void SettleFailed(Exception error);

    private protected void BeginLink(bool isCancellable)
    {
        IsCommitted = false;
        _isCancellable = isCancellable;
        _registration = default;
        _link = Unlinked;
    }

    /// <summary>Lets go of the token.</summary>
    /// <returns>Whether nobody else holds the waiter, so that it may be reused.</returns>
    private protected bool EndLink() =>
        !_isCancellable || (Interlocked.Exchange(ref _link, Ended) == Linked && _registration.Unregister());

    private void OnCancelled(CancellationToken token) => owner.OnCancelled(this, token);
}

/// <summary>A wait that ends with a result.</summary>
internal sealed class TaskWaiter<TResult>(TaskWaiters<TResult> home) : TaskWaiter(home.Owner)
{
    private TaskCompletionSource<TResult>? _promise;
    private Exception? _error;
    private CancellationToken _cancelledBy;
    private bool _isCancelled;

    /// <summary>What the waiter gets when it is granted; put down when it begins to wait, or by whoever grants it.</summary>
    internal TResult Result { get; set; } = default!;

    /// <summary>The wait as its caller sees it; to be asked for before the waiter can be granted.</summary>
    internal Task<TResult> Task => _promise!.Task;

    internal override object? Wait => _promise;

    internal void Begin(TResult result, bool isCancellable)
    {
        BeginLink(isCancellable);
        Result = result;
        _promise = new TaskCompletionSource<TResult>(Interleaving.CompletionOptions);
    }

    /// <summary>Gives back a waiter that was prepared and not needed.</summary>
    internal void Discard()
    {
        Reset();
        home.Return(this);
    }

    internal override void SettleCancelled(CancellationToken token)
    {
        _isCancelled = true;
        _cancelledBy = token;
    }

    internal override void SettleFailed(Exception error) => _error = error;

    internal override void Publish()
    {
        var promise = _promise!;
        var result = Result;
        var error = _error;
        var isCancelled = _isCancelled;
        var cancelledBy = _cancelledBy;
        if (EndLink())
        {
            Discard();
        }

        if (isCancelled)
        {
            promise.TrySetCanceled(cancelledBy);
        }
        else if (error is not null)
        {
            promise.TrySetException(error);
        }
        else
        {
            promise.TrySetResult(result);
        }
    }

    private void Reset()
    {
        _promise = null;
        _error = null;
        _isCancelled = false;
        _cancelledBy = default;
        Result = default!;
        State = WaiterState.Idle;
    }
}
