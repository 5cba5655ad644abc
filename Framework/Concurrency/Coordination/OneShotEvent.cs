using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A value, or a failure, that is sent once and received by all who wait for it, before or after.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// It can be looked at without waiting, and reset for another round once something was sent. Sending runs nobody else's code.
/// All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("IsReady = {IsReady}, HasException = {HasException}")]
public sealed class OneShotEvent<T> : IInterleaved
{
    private readonly Core _core = new();

    /// <summary>Whether something was sent.</summary>
    public bool IsReady => _core.Look() is not null;

    /// <summary>Whether a value was sent.</summary>
    public bool HasResult => _core.Look() is { Error: null };

    /// <summary>Whether a failure was sent.</summary>
    public bool HasException => _core.Look() is { Error: not null };

    object IInterleaved.Resource => _core;

    /// <summary>Sends the value.</summary>
    /// <exception cref="InvalidOperationException">Something was sent before, and stays as it is.</exception>
    public void Send(T value) => _core.Send(new Outcome(value, null));

    /// <summary>Sends a failure: each wait throws it.</summary>
    /// <exception cref="InvalidOperationException">Something was sent before, and stays as it is.</exception>
    public void SendException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _core.Send(new Outcome(default!, exception));
    }

    /// <summary>Sends the value unless something was sent before.</summary>
    /// <returns>Whether the value was sent.</returns>
    public bool TrySend(T value) => _core.TrySend(new Outcome(value, null));

    /// <summary>Sends a failure unless something was sent before.</summary>
    /// <returns>Whether the failure was sent.</returns>
    public bool TrySendException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return _core.TrySend(new Outcome(default!, exception));
    }

    /// <summary>Receives the value, waiting until something was sent.</summary>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, what was sent is received all the same.</param>
    /// <exception cref="Exception">The failure that was sent (through the task).</exception>
    public Task<T> WaitAsync(CancellationToken cancellationToken = default) => _core.WaitAsync(cancellationToken);

    /// <summary>Receives the value, waiting until something was sent, but not longer than given.</summary>
    /// <param name="timeout">How long to wait at most: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock; null for that of the current executor, or else the system's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Nothing was sent in time (through the task).</exception>
    public async Task<T> WaitAsync(TimeSpan timeout, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        using var limit = new TimeLimit(timeout, timeProvider, cancellationToken);
        try
        {
            return await _core.WaitAsync(limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException ended) when (ended.CancellationToken == limit.Over)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"Nothing was sent within {timeout}. Send it earlier, or wait for longer.", ended);
        }
    }

    /// <summary>Receives the value, blocking the calling thread until something was sent.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T Wait(CancellationToken cancellationToken = default)
    {
        Interleaving.Touch(OperationKind.Wait, _core);
        var value = BlockingWait.For(_core.ReceiveAsync(cancellationToken));
        Interleaving.Took(OperationKind.Wait, _core);
        return value;
    }

    /// <summary>Receives the value if one was sent.</summary>
    /// <returns>False if nothing was sent, or a failure.</returns>
    public bool TryGetResult([MaybeNullWhen(false)] out T value)
    {
        var outcome = _core.Look();
        value = outcome is { Error: null } ? outcome.Value : default;
        return outcome is { Error: null };
    }

    /// <summary>Receives the failure if one was sent.</summary>
    /// <returns>False if nothing was sent, or a value.</returns>
    public bool TryGetException([MaybeNullWhen(false)] out Exception exception)
    {
        exception = _core.Look()?.Error;
        return exception is not null;
    }

    /// <summary>Forgets what was sent, so that it can be sent anew.</summary>
    /// <exception cref="InvalidOperationException">Nothing was sent.</exception>
    public void Reset() => _core.Reset();

    private sealed record Outcome(T Value, Exception? Error);

    private sealed class Core : WaitOwner
    {
        private readonly WaiterQueue _waiting = new();
        private readonly TaskWaiters<T> _waiters;
        private Outcome? _outcome;

        public Core() => _waiters = new TaskWaiters<T>(this);

        public Outcome? Look()
        {
            Interleaving.Touch(OperationKind.Read, this);
            return Volatile.Read(ref _outcome);
        }

        public Task<T> WaitAsync(CancellationToken cancellationToken) =>
            Interleaving.Applies
                ? Interleaving.ThenAsync(OperationKind.Wait, this, static (core, token) => new ValueTask<T>(core.ReceiveAsync(token)), this, cancellationToken).AsTask()
                : ReceiveAsync(cancellationToken);

        public Task<T> ReceiveAsync(CancellationToken cancellationToken)
        {
            Enter();
            if (_outcome is { } outcome)
            {
                Exit();
                return outcome.Error is { } error ? Task.FromException<T>(error) : Task.FromResult(outcome.Value);
            }

            return _waiters.WaitAndExit(_waiting, default!, cancellationToken);
        }

        public void Send(Outcome outcome)
        {
            if (!TrySend(outcome))
            {
                throw new InvalidOperationException(
                    $"The event got {Describe(outcome)}, and has {Describe(Look())} already. Send once, use TrySend, or Reset before the next round.");
            }
        }

        public bool TrySend(Outcome outcome)
        {
            Interleaving.Touch(OperationKind.Signal, this);
            var settled = default(WaiterChain);
            Enter();
            var isFirst = _outcome is null;
            if (isFirst)
            {
                _outcome = outcome;
                while (!_waiting.IsEmpty)
                {
                    var waiter = (TaskWaiter<T>)_waiting.Dequeue();
                    waiter.Result = outcome.Value;
                    if (outcome.Error is { } error)
                    {
                        waiter.SettleFailed(error);
                    }

                    settled.Add(waiter);
                }
            }

            Exit();
            settled.Publish();
            return isFirst;
        }

        public void Reset()
        {
            Interleaving.Touch(OperationKind.Write, this);
            Enter();
            var wasReady = _outcome is not null;
            _outcome = null;
            Exit();
            if (!wasReady)
            {
                throw new InvalidOperationException("The event was reset before anything was sent to it. Reset after Send.");
            }
        }

        protected override void AssertInvariants() => Debug.Assert(_outcome is null || _waiting.IsEmpty, "Nobody waits for what was sent.");

        private static string Describe(Outcome? outcome) => outcome?.Error is { } error ? $"a failure ({error.GetType().Name})" : "a value";
    }
}
