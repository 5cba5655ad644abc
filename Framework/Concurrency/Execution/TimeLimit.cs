namespace Concurrency.Execution;

/// <summary>A token that is cancelled when a time has passed or the caller's token is cancelled.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer? _timer;

    public TimeLimit(TimeSpan timeout, TimeProvider? timeProvider, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout,
                $"Nothing can be waited for {timeout}. Use zero or more, or Timeout.InfiniteTimeSpan for as long as it takes.");
        }

        if (timeout == TimeSpan.Zero)
        {
            _over.Cancel();
        }
        else if (timeout != Timeout.InfiniteTimeSpan)
        {
            var clock = timeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
            _timer = clock.CreateTimer(static over => ((CancellationTokenSource)over!).Cancel(), _over, timeout, Timeout.InfiniteTimeSpan);
        }

        // Last: whatever the clock refuses must leave nothing on the caller's token.
        _registration = cancellationToken.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), _over);
    }

    public CancellationToken Over => _over.Token;

    /// <summary>Lets go of the timer and the caller's token. The source has no timer of its own and is not disposed: a late firing must find it alive.</summary>
    public void Dispose()
    {
        _registration.Unregister();
        _timer?.Dispose();
    }
}
