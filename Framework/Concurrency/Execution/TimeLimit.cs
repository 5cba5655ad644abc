namespace Concurrency.Execution;

/// <summary>A token that is cancelled when a time has passed or the caller's token is cancelled.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly Action<AggregateException>? _onCallbackFailure;
    private readonly ITimer? _timer;
    private TimeSpan _left;

    /// <summary>Starts the time.</summary>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or the system's.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <param name="onCallbackFailure">Told of what the token's callbacks throw when the time has passed: needed where the user may register some, because a timer's thread must not throw.</param>
    public TimeLimit(
        TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken, Action<AggregateException>? onCallbackFailure = null)
    {
        LongWait.Validate(timeout);
        _onCallbackFailure = onCallbackFailure;
        if (timeout == TimeSpan.Zero)
        {
            _over.Cancel();
        }
        else if (timeout != Timeout.InfiniteTimeSpan)
        {
            var clock = timeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
            var first = timeout < LongWait.LongestPiece ? timeout : LongWait.LongestPiece;
            _left = timeout - first;

            // Before the registration: a clock that fails leaves nothing on the caller's token.
            _timer = clock.CreateTimer(static self => ((TimeLimit)self!).Fire(), this, first, Timeout.InfiniteTimeSpan);
        }

        _registration = cancellationToken.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), _over);
    }

    public CancellationToken Over => _over.Token;

    /// <summary>Lets go of the timer and the caller's token. The source has no timer of its own and is not disposed: a late firing must find it alive.</summary>
    public void Dispose()
    {
        _registration.Unregister();
        _timer?.Dispose();
    }

    private void Fire()
    {
        if (_left > TimeSpan.Zero)
        {
            var next = _left < LongWait.LongestPiece ? _left : LongWait.LongestPiece;
            _left -= next;
            _timer!.Change(next, Timeout.InfiniteTimeSpan);
            return;
        }

        try
        {
            _over.Cancel();
        }
        catch (AggregateException failures) when (_onCallbackFailure is not null)
        {
            _onCallbackFailure(failures);
        }
    }
}
