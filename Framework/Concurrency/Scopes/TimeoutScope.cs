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
/// <para>When the time passes, the callbacks of the token run before the block ends, so none of them may wait for that. What they throw
/// comes out of the block, in an <see cref="AggregateException"/> together with what the body has thrown.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The block releases the timer; the token source has neither a timer nor a link, and a late expiry must find it alive.")]
public sealed class TimeoutScope
{
    private readonly QuietLock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationToken _callerToken;
    private readonly ExpiryTimer _timer;
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;
    private TimeSpan _due = TimeSpan.MaxValue;
    private TaskCompletionSource? _expiring;
    private AggregateException? _callbackFailures;
    private bool _ended;

    private TimeoutScope(TimeoutScopeOptions options, CancellationToken callerToken)
    {
        Name = options.Name;
        _callerToken = callerToken;
        _timer = new ExpiryTimer(options.TimeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System, ExpireIfDue);
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
            using (_gate.EnterScope())
            {
                return _expiring is not null;
            }
        }
    }

    /// <summary>The time left: zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> without a limit.</summary>
    public TimeSpan Remaining
    {
        get
        {
            // The clock is foreign code, here as below: never asked under the gate.
            var now = _timer.Now;
            using (_gate.EnterScope())
            {
                return _limit == Timeout.InfiniteTimeSpan ? _limit : _expiring is not null || _due <= now ? TimeSpan.Zero : _due - now;
            }
        }
    }

    /// <summary>Runs a body under a time limit.</summary>
    /// <param name="limit">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. With zero the body starts with a cancelled token.</param>
    /// <param name="body">Runs in the caller; it receives the scope and uses its token.</param>
    /// <param name="options">Name and clock; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the scope; that is no timeout.</param>
    /// <exception cref="ScopeTimeoutException">This scope's time has passed, and the body gave in to that.</exception>
    /// <exception cref="AggregateException">This scope's time has passed, and callbacks of its token failed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public static Task RunAsync(
        TimeSpan limit, Func<TimeoutScope, Task> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(limit, WithoutResult.Of(body), options, cancellationToken);
    }

    /// <summary>Runs a body under a time limit and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(TimeSpan, Func{TimeoutScope, Task}, TimeoutScopeOptions?, CancellationToken)"/>
    public static async Task<T> RunAsync<T>(
        TimeSpan limit, Func<TimeoutScope, Task<T>> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        CheckLimit(limit);
        options ??= new TimeoutScopeOptions();
        options.ThrowIfInvalid();
        var scope = new TimeoutScope(options, cancellationToken);
        await using var registration = cancellationToken
            .UnsafeRegister(static cancellation => ((CancellationTokenSource)cancellation!).Cancel(), scope._cancellation)
            .ConfigureAwait(Executor.Current is not null);
        T result;
        try
        {
            scope.Reschedule(limit);
            result = await Given.Task(body(scope), "TimeoutScope.RunAsync").ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            await scope.EndAsync().ConfigureAwait(Executor.Current is not null);
            if (scope.InsteadOf(error) is { } better)
            {
                throw better;
            }

            throw;
        }

        await scope.EndAsync().ConfigureAwait(Executor.Current is not null);
        return scope.InsteadOf(null) is { } failure ? throw failure : result;
    }

    /// <summary>Runs a body under a time limit; this scope's own timeout ends it silently.</summary>
    /// <returns>Whether the body ended before its time had passed, or in spite of that.</returns>
    /// <inheritdoc cref="RunAsync(TimeSpan, Func{TimeoutScope, Task}, TimeoutScopeOptions?, CancellationToken)"/>
    public static Task<bool> TryRunAsync(
        TimeSpan limit, Func<TimeoutScope, Task> body, TimeoutScopeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunOrDefaultAsync(limit, WithoutResult.Of(body), false, options, cancellationToken);
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
        var now = _timer.Now;
        var due = limit == Timeout.InfiniteTimeSpan || limit > TimeSpan.MaxValue - now ? TimeSpan.MaxValue : now + limit;
        if (!TryMove(limit, due, out var hasEnded))
        {
            throw new InvalidOperationException(
                $"The limit of '{Name}' cannot be moved to {limit}: {(hasEnded ? "the block has ended" : "its time has passed")}. Move it earlier.");
        }

        // It fires at the old time if that is earlier, and is armed again.
        _timer.ArmFor(limit == TimeSpan.Zero ? ExpireIfDue(now) : due);
    }

    private static void CheckLimit(TimeSpan limit)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit,
                $"A time limit cannot be {limit}. Use zero or more, or Timeout.InfiniteTimeSpan for none.");
        }
    }

    private bool TryMove(TimeSpan limit, TimeSpan due, out bool hasEnded)
    {
        using (_gate.EnterScope())
        {
            hasEnded = _ended;
            if (_ended || _expiring is not null)
            {
                return false;
            }

            _limit = limit;
            _due = due;
            return true;
        }
    }

    /// <summary>Ends the time if it has passed.</summary>
    /// <returns>When to look again.</returns>
    private TimeSpan ExpireIfDue(TimeSpan now)
    {
        TaskCompletionSource expiring;
        using (_gate.EnterScope())
        {
            // What ended the scope first decides what it was.
            if (_ended || _expiring is not null || _callerToken.IsCancellationRequested)
            {
                return TimeSpan.MaxValue;
            }

            if (now < _due)
            {
                return _due;
            }

            _expiring = expiring = new TaskCompletionSource(Interleaving.CompletionOptions);
        }

        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException failures)
        {
            // This may be a timer's thread, where an exception ends the process: the block throws it.
            _callbackFailures = failures;
        }

        expiring.SetResult();
        return TimeSpan.MaxValue;
    }

    /// <summary>Stops the time, and waits for the callbacks of the token if it has passed: their failures belong to the block.</summary>
    private Task EndAsync()
    {
        Task expired;
        using (_gate.EnterScope())
        {
            _ended = true;
            expired = _expiring?.Task ?? Task.CompletedTask;
        }

        _timer.Dispose();
        return expired;
    }

    /// <summary>What the ended block throws instead of what its body has thrown, if anything; null for the body's own.</summary>
    private Exception? InsteadOf(Exception? error)
    {
        var timeout = error is OperationCanceledException && HasExpired && !_callerToken.IsCancellationRequested
            ? new ScopeTimeoutException(this, _limit, error)
            : null;
        if (_callbackFailures is null)
        {
            return timeout;
        }

        var own = timeout ?? error;
        return new AggregateException(
            $"When the time of {_limit} of '{Name}' had passed, callbacks of its token failed. Callbacks must not throw; the inner exceptions say what they threw.",
            [.. own is null ? [] : new[] { own }, .. _callbackFailures.InnerExceptions]);
    }
}
