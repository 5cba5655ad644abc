using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Concurrency.Execution;

/// <summary>A reusable promise of one result that a single <c>await</c> waits for in a <see cref="WaiterQueue"/>.</summary>
/// <remarks>
/// <para>The life of one wait: the waiter is queued under the gate; outside of it the token is registered; somebody unlinks it under
/// the gate (see <see cref="WaiterNode"/>), settles it, and publishes it outside of the gate; <c>GetResult</c> ends the wait.</para>
/// <para>The continuation field is the only judge of completion: it goes from null to the continuation, or to
/// <see cref="s_published"/>, by one interlocked operation on either side. A second flag would let a fast consumer recycle the
/// waiter while the publisher is still between the two.</para>
/// </remarks>
internal abstract class Waiter<TResult> : WaiterNode, IValueTaskSource<TResult>, IValueTaskSource
{
    private static readonly Action<object?> s_published = static _ => Debug.Fail("The mark of a published waiter was run.");
    private static readonly Action<object?, CancellationToken> s_cancel = static (self, token) => ((Waiter<TResult>)self!).OnCancelled(token);

    private TResult? _result;
    private Exception? _error;
    private Action<object?>? _continuation;
    private object? _state;
    private object? _target;
    private ExecutionContext? _context;
    private CancellationTokenRegistration _registration;
    private bool _registered;
    private short _version;

    /// <summary>Tells one wait from the next on the same waiter.</summary>
    internal short Version => _version;

    /// <summary>The wait as the caller sees it.</summary>
    internal ValueTask<TResult> Pending => new(this, _version);

    /// <summary>The wait as the caller sees it, without its result.</summary>
    internal ValueTask PendingVoid => new(this, _version);

    /// <summary>Lets a token end the wait; called once, after the gate was left, and before the wait is handed to the caller.</summary>
    internal void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registered = true;
            _registration = cancellationToken.UnsafeRegister(s_cancel, this);
        }
    }

    /// <summary>Fixes the outcome; called by whoever unlinked the waiter.</summary>
    internal void Settle(TResult result) => _result = result;

    /// <inheritdoc cref="Settle(TResult)"/>
    internal void Settle(Exception error) => _error = error;

    internal sealed override void Publish()
    {
        // All fields are written before this interlocked operation; after it (or, with a continuation, after the store below)
        // the waiter belongs to the awaiting code, which may already be reusing it.
        var continuation = Interlocked.CompareExchange(ref _continuation, s_published, null);
        if (continuation is null)
        {
            return;
        }

        var state = _state;
        var target = _target;
        var context = _context;
        Volatile.Write(ref _continuation, s_published);
        Resumption.Post(target, context, continuation, state);
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => GetStatus(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => GetResult(token);

    /// <inheritdoc/>
    public TResult GetResult(short token)
    {
        ThrowIfStale(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), s_published))
        {
            throw new InvalidOperationException("The result of a wait was asked for before the wait had ended. Await the ValueTask.");
        }

        _version++;
        var result = _result;
        var error = _error;
        _result = default;
        _error = null;
        _state = null;
        _target = null;
        _context = null;
        State = WaiterState.Idle;

        // Unregister never waits for a callback that is running; such a callback still holds this waiter, so it is not reused.
        var reusable = !_registered || _registration.Unregister();
        _registered = false;
        _registration = default;
        if (reusable)
        {
            _continuation = null;
            Recycle();
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return result!;
    }

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        ThrowIfStale(token);
        var seen = Volatile.Read(ref _continuation);
        if (seen is not null && !ReferenceEquals(seen, s_published))
        {
            ThrowAwaitedTwice();
        }

        var target = Resumption.Capture(flags);
        var context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? ExecutionContext.Capture() : null;
        if (seen is null)
        {
            _state = state;
            _target = target;
            _context = context;
            seen = Interlocked.CompareExchange(ref _continuation, continuation, null);
            if (seen is null)
            {
                return;
            }

            if (!ReferenceEquals(seen, s_published))
            {
                ThrowAwaitedTwice();
            }
        }

        PostLate(target, context, continuation, state);
    }

    /// <summary>Tries to become the one who decides this wait's outcome, on behalf of its token.</summary>
    private protected abstract bool TryWithdraw();

    /// <summary>Called without the gate after the token has ended the wait.</summary>
    private protected virtual void AfterWithdrawal()
    {
    }

    /// <summary>Called when the result was fetched and nobody else holds the waiter: it may wait again.</summary>
    private protected abstract void Recycle();

    private static void PostLate(object? target, ExecutionContext? context, Action<object?> continuation, object? state)
    {
        // Async methods restore their own ExecutionContext; for any other code the context is not lost just because
        // the wait ended between its look at IsCompleted and its registration.
        if (context is null && state is not Task)
        {
            context = ExecutionContext.Capture();
        }

        Resumption.Post(target, context, continuation, state);
    }

    private static void ThrowAwaitedTwice() => throw new InvalidOperationException(
        "A wait was awaited a second time. A ValueTask can be awaited once; use AsTask() to share it.");

    private ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfStale(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), s_published))
        {
            return ValueTaskSourceStatus.Pending;
        }

        return _error switch
        {
            null => ValueTaskSourceStatus.Succeeded,
            OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };
    }

    private void OnCancelled(CancellationToken token)
    {
        if (TryWithdraw())
        {
            Settle(new OperationCanceledException(token));
            Publish();
            AfterWithdrawal();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfStale(short token)
    {
        if (token != _version)
        {
            ThrowStale();
        }
    }

    private static void ThrowStale() => throw new InvalidOperationException(
        "A wait was used after its result had been fetched. A ValueTask can be awaited once; use AsTask() to share it.");
}
