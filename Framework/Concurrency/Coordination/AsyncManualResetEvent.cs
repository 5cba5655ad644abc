using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A door that stays open for all who wait, from when it was set until it is reset.</summary>
/// <remarks>
/// Setting the event completes all pending waits, in the order in which they began, and runs nobody else's code. With a token that is
/// cancelled already, a wait succeeds if the event is set. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Id = {Id}, IsSet = {IsSet}")]
public sealed class AsyncManualResetEvent : IInterleaved
{
    private readonly Core _core;
    private int _id;

    /// <summary>Makes an event that is not set.</summary>
    public AsyncManualResetEvent()
        : this(false)
    {
    }

    /// <summary>Makes an event.</summary>
    /// <param name="set">Whether it is set from the start.</param>
    public AsyncManualResetEvent(bool set) => _core = new Core(set);

    /// <summary>A number that tells this event from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncManualResetEvent>.Get(ref _id);

    /// <summary>Whether the event is set at this moment.</summary>
    public bool IsSet
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, _core);
            return _core.IsSet;
        }
    }

    object IInterleaved.Resource => _core;

    /// <summary>Completes when the event is set.</summary>
    public Task WaitAsync() => WaitAsync(CancellationToken.None);

    /// <inheritdoc cref="WaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, _core, static (core, token) => new ValueTask(core.WaitAsync(token)), _core, cancellationToken).AsTask()
            : _core.WaitAsync(cancellationToken);

    /// <summary>Blocks the calling thread until the event is set.</summary>
    public void Wait() => Wait(CancellationToken.None);

    /// <inheritdoc cref="Wait()"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Wait(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Wait, _core);
        BlockingWait.For(_core.WaitAsync(cancellationToken));
        Interleaving.Took(OperationKind.Wait, _core);
    }

    /// <summary>Sets the event and completes all pending waits; does nothing if it is set.</summary>
    public void Set()
    {
        Interleaving.Touch(OperationKind.Signal, _core);
        _core.Set();
    }

    /// <summary>Takes the event back; does nothing if it is not set.</summary>
    public void Reset()
    {
        Interleaving.Touch(OperationKind.Write, _core);
        _core.Reset();
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
            if (IsSet)
            {
                return Task.CompletedTask;
            }

            Enter();
            if (_isSet)
            {
                Exit();
                return Task.CompletedTask;
            }

            return _waiters.WaitAndExit(_waiting, true, cancellationToken);
        }

        public void Set()
        {
            var settled = default(WaiterChain);
            Enter();
            _isSet = true;
            GrantAllLocked(_waiting, ref settled);
            Exit();
            settled.Publish();
        }

        public void Reset()
        {
            Enter();
            _isSet = false;
            Exit();
        }

        protected override void AssertInvariants() => Debug.Assert(!_isSet || _waiting.IsEmpty, "Nobody waits for an event that is set.");
    }
}
