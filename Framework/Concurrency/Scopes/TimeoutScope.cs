using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>A block with a time limit of its own: the limit can be moved while it runs, and only its own expiry becomes a timeout.</summary>
/// <remarks>
/// <para>Blocks nest. When a limit passes, the tokens of that block and of those inside are cancelled; the cancellation
/// travels out as an <see cref="OperationCanceledException"/> and becomes a <see cref="ScopeTimeoutException"/> at the block
/// whose limit it was. The caller's cancellation is never taken for a timeout, also if both happen.</para>
/// <para>A body that returns although its time has passed has done its work: the block returns. Only code that looks at the
/// token is interrupted. Members are safe to call from any thread.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The block releases the timer; the token source has neither a timer nor a link, and a late Reschedule must find it alive.")]
public sealed class TimeoutScope
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationToken _callerToken;
    private readonly TimeProvider _clock;
    private ITimer? _timer;
    private Expiry? _expiry;
    private TimeSpan _limit;
    private long _start;
    private bool _expired;
    private bool _ended;

    private TimeoutScope(TimeoutScopeOptions options, TimeSpan limit, CancellationToken callerToken)
    {
        Name = options.Name;
        _clock = options.TimeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
        _limit = limit;
        _callerToken = callerToken;
    }

    /// <summary>The name given in the options.</summary>
    public string Name { get; }

    /// <summary>Is cancelled when the time has passed or the caller's token is cancelled.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Whether the time has passed while the block ran.</summary>
    public bool HasExpired
    {
        get
        {
            lock (_gate)
            {
                return _expired;
            }
        }
    }

    /// <summary>The time left: zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> without a limit.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (_gate)
            {
                if (_limit == Timeout.InfiniteTimeSpan)
                {
                    return _limit;
                }

                var left = _limit - _clock.GetElapsedTime(_start);
                return _expired || left < TimeSpan.Zero ? TimeSpan.Zero : left;
            }
        }
    }

    /// <summary>Runs a body under a time limit.</summary>
    /// <param name="limit">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. With zero the body starts with a cancelled token.</param>
    /// <param name="body">Runs in the caller; it receives the scope and uses its token.</param>
    /// <param name="options">Name and clock; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the scope; that is no timeout.</param>
    /// <exception cref="ScopeTimeoutException">This scope's time has passed, and the body gave in to that.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public static Task RunAsync(
        TimeSpan limit, Func<TimeoutScope, Task> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(limit, WithoutResult(body), options, cancellationToken);
    }

    /// <summary>Runs a body under a time limit and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(TimeSpan, Func{TimeoutScope, Task}, TimeoutScopeOptions?, CancellationToken)"/>
    public static async Task<T> RunAsync<T>(
        TimeSpan limit, Func<TimeoutScope, Task<T>> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        CheckLimit(limit);
        var scope = new TimeoutScope(options ?? new TimeoutScopeOptions(), limit, cancellationToken);
        await using var registration = cancellationToken
            .UnsafeRegister(static cancellation => ((CancellationTokenSource)cancellation!).Cancel(), scope._cancellation)
            .ConfigureAwait(Executor.Current is not null);
        scope.Arm(limit);
        try
        {
            return await body(scope).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException canceled) when (scope.HasExpired && !cancellationToken.IsCancellationRequested)
        {
            throw new ScopeTimeoutException(scope, scope._limit, canceled);
        }
        finally
        {
            scope.End();
        }
    }

    /// <summary>Runs a body under a time limit; this scope's own timeout ends it silently.</summary>
    /// <returns>Whether the body ended before its time had passed, or in spite of that.</returns>
    /// <inheritdoc cref="RunAsync(TimeSpan, Func{TimeoutScope, Task}, TimeoutScopeOptions?, CancellationToken)"/>
    public static Task<bool> TryRunAsync(
        TimeSpan limit, Func<TimeoutScope, Task> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunOrDefaultAsync(limit, WithoutResult(body), false, options, cancellationToken);
    }

    /// <summary>Runs a body under a time limit; this scope's own timeout gives another value instead.</summary>
    /// <param name="limit">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="body">Runs in the caller; it receives the scope and uses its token.</param>
    /// <param name="timeoutValue">What is returned when this scope's time has passed. The timeout of a scope around it passes through.</param>
    /// <param name="options">Name and clock; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the scope; that is no timeout.</param>
    public static async Task<T> RunOrDefaultAsync<T>(
        TimeSpan limit,
        Func<TimeoutScope, Task<T>> body,
        T timeoutValue,
        TimeoutScopeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        TimeoutScope? own = null;
        try
        {
            return await RunAsync(limit, scope => body(own = scope), options, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (ScopeTimeoutException timeout) when (own is not null && ReferenceEquals(timeout.Scope, own))
        {
            return timeoutValue;
        }
    }

    /// <summary>Whether an error means that a time has passed, whoever measured it: a <see cref="TimeoutException"/>, a socket's timeout, or an error that was caused by one.</summary>
    public static bool IsTimeout(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is TimeoutException or SocketException { SocketErrorCode: SocketError.TimedOut })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves the limit: it passes when that time has gone by from now.</summary>
    /// <param name="limit">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/> for no limit any more.</param>
    /// <exception cref="InvalidOperationException">The time has passed already, or the block has ended.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public void Reschedule(TimeSpan limit)
    {
        CheckLimit(limit);
        lock (_gate)
        {
            if (_expired || _ended)
            {
                throw new InvalidOperationException(
                    $"The limit of '{Name}' cannot be moved to {limit}: {(_ended ? "the block has ended" : "its time has passed")}. Move it earlier.");
            }
        }

        Arm(limit);
    }

    private static Func<TimeoutScope, Task<bool>> WithoutResult(Func<TimeoutScope, Task> body) => async scope =>
    {
        await body(scope).ConfigureAwait(Executor.Current is not null);
        return true;
    };

    private static void CheckLimit(TimeSpan limit)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit,
                $"A time limit cannot be {limit}. Use zero or more, or Timeout.InfiniteTimeSpan for none.");
        }
    }

    private void Arm(TimeSpan limit)
    {
        ITimer? old;
        var expiry = new Expiry(this);
        lock (_gate)
        {
            old = _timer;
            _expiry = expiry;
            _limit = limit;
            _start = _clock.GetTimestamp();
            _timer = limit == TimeSpan.Zero || limit == Timeout.InfiniteTimeSpan
                ? null
                : _clock.CreateTimer(static expiry => ((Expiry)expiry!).Come(), expiry, limit, Timeout.InfiniteTimeSpan);
        }

        old?.Dispose();
        if (limit == TimeSpan.Zero)
        {
            expiry.Come();
        }
    }

    private void Expire(Expiry expiry)
    {
        lock (_gate)
        {
            // A timer that was replaced may still fire; and what ended the scope first decides what it was.
            if (_ended || !ReferenceEquals(_expiry, expiry) || _callerToken.IsCancellationRequested)
            {
                return;
            }

            _expired = true;
        }

        _cancellation.Cancel();
    }

    private void End()
    {
        ITimer? timer;
        lock (_gate)
        {
            _ended = true;
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
    }

    /// <summary>The end of one limit: a limit that was moved has another.</summary>
    private sealed class Expiry(TimeoutScope scope)
    {
        public void Come() => scope.Expire(this);
    }
}
