using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A signal that exactly one wait takes: each <see cref="Set"/> lets one through.</summary>
/// <remarks>
/// It goes to the one who has waited longest, or is kept for the next one; a signal that is kept already swallows further ones. With a
/// token that is cancelled already, a kept signal is taken. A cancelled wait took no signal. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Id = {Id}, IsSet = {IsSet}")]
public sealed class AsyncAutoResetEvent : IInterleaved
{
    private readonly Core _core;
    private int _id;

    /// <summary>Makes an event that keeps no signal.</summary>
    public AsyncAutoResetEvent()
        : this(false)
    {
    }

    /// <summary>Makes an event.</summary>
    /// <param name="set">Whether it keeps a signal from the start.</param>
    public AsyncAutoResetEvent(bool set) => _core = new Core(set);

    /// <summary>A number that tells this event from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncAutoResetEvent>.Get(ref _id);

    /// <summary>Whether the event keeps a signal at this moment.</summary>
    public bool IsSet
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, _core);
            return _core.IsSet;
        }
    }

    object IInterleaved.Resource => _core;

    /// <summary>Takes a signal, waiting for it.</summary>
    public Task WaitAsync() => WaitAsync(CancellationToken.None);

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait; no signal is taken then.</param>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, _core, static (core, token) => new ValueTask(core.WaitAsync(token)), _core, cancellationToken).AsTask()
            : _core.WaitAsync(cancellationToken);

    /// <summary>Takes a signal, blocking the calling thread until there is one.</summary>
    public void Wait() => Wait(CancellationToken.None);

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait; no signal is taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Wait, _core);
        BlockingWait.For(_core.WaitAsync(cancellationToken));
        Interleaving.Took(OperationKind.Wait, _core);
    }

    /// <summary>Gives a signal to the one who has waited longest, or keeps it.</summary>
    public void Set()
    {
        Interleaving.Touch(OperationKind.Signal, _core);
        _core.Set();
    }

    private sealed class Core : WaitOwner
    {
        private readonly WaiterQueue _waiting = new();
        private readonly TaskWaiters<bool> _waiters;
        private bool _isSet;

        public Core(bool set)
        {
            _isSet = set;
            _waiters = new TaskWaiters<bool>(this);
        }

        public bool IsSet => Volatile.Read(ref _isSet);

        public Task WaitAsync(CancellationToken cancellationToken)
        {
            var waiter = IsSet ? null : _waiters.Prepare(true, cancellationToken);
            Enter();
            if (_isSet)
            {
                _isSet = false;
                Exit();
                waiter?.Discard();
                return Task.CompletedTask;
            }

            return _waiters.WaitAndExit(_waiting, true, cancellationToken, waiter);
        }

        public void Set()
        {
            var settled = default(WaiterChain);
            Enter();
            if (_waiting.IsEmpty)
            {
                _isSet = true;
            }
            else
            {
                settled.Add(_waiting.Dequeue());
            }

            Exit();
            settled.Publish();
        }

        protected override void AssertInvariants() => Debug.Assert(!_isSet || _waiting.IsEmpty, "No signal is kept while somebody waits for one.");
    }
}
