using System.Diagnostics;
using System.Globalization;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A place where a fixed number of participants wait for each other, phase by phase.</summary>
/// <remarks>
/// The last one to arrive lets all go on and begins the next phase; one that runs ahead and arrives again already belongs to it. A
/// cancelled wait takes its arrival back and does not disturb the others. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Id = {Id}, CurrentPhaseNumber = {CurrentPhaseNumber}, ParticipantsRemaining = {ParticipantsRemaining}")]
public sealed class AsyncBarrier : IInterleaved
{
    private readonly Core _core;
    private int _id;

    /// <summary>Makes a barrier.</summary>
    /// <param name="participantCount">How many wait for each other, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public AsyncBarrier(int participantCount)
    {
        Given.AtLeast(participantCount, 1, "The number of participants of a barrier");
        _core = new Core(participantCount);
    }

    /// <summary>A number that tells this barrier from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncBarrier>.Get(ref _id);

    /// <summary>How many wait for each other.</summary>
    public int ParticipantCount => _core.ParticipantCount;

    /// <summary>How many are missing in this phase at this moment.</summary>
    public int ParticipantsRemaining => _core.Look().Remaining;

    /// <summary>The number of phases that have ended.</summary>
    public long CurrentPhaseNumber => _core.Look().Phase;

    /// <summary>Whether the barrier was aborted and not reset since.</summary>
    public bool IsBroken => _core.Look().IsBroken;

    object IInterleaved.Resource => _core;

    /// <summary>Arrives, and waits until all have arrived.</summary>
    /// <returns>The place in the order of arrival, from 0: exactly one participant gets 0 and can do what is to be done once per phase.</returns>
    /// <exception cref="BrokenBarrierException">The barrier was aborted, or it was reset during the wait (through the task).</exception>
    public Task<int> SignalAndWaitAsync() => SignalAndWaitAsync(CancellationToken.None);

    /// <inheritdoc cref="SignalAndWaitAsync()"/>
    /// <param name="cancellationToken">Ends the wait and takes the arrival back.</param>
    public Task<int> SignalAndWaitAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, _core, static (core, token) => new ValueTask<int>(core.ArriveAsync(token)), _core, cancellationToken).AsTask()
            : _core.ArriveAsync(cancellationToken);

    /// <summary>Arrives, and blocks the calling thread until all have arrived.</summary>
    /// <param name="cancellationToken">Ends the wait and takes the arrival back.</param>
    /// <returns>The place in the order of arrival, from 0.</returns>
    /// <exception cref="BrokenBarrierException">The barrier was aborted, or it was reset during the wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public int SignalAndWait(CancellationToken cancellationToken = default)
    {
        Interleaving.Touch(OperationKind.Wait, _core);
        var place = BlockingWait.For(_core.ArriveAsync(cancellationToken));
        Interleaving.Took(OperationKind.Wait, _core);
        return place;
    }

    /// <summary>Fails the pending waits and begins the phase anew, with nobody at the barrier.</summary>
    public void Reset() => _core.Break("was reset", forGood: false);

    /// <summary>Fails the pending waits, and all later ones until <see cref="Reset"/>.</summary>
    public void Abort() => _core.Break("was aborted", forGood: true);

    private sealed class Core : WaitOwner
    {
        private readonly WaiterQueue _waiting = new();
        private readonly TaskWaiters<int> _waiters;
        private long _phase;
        private bool _isBroken;

        public Core(int participantCount)
        {
            ParticipantCount = participantCount;
            _waiters = new TaskWaiters<int>(this);
        }

        public int ParticipantCount { get; }

        public (int Remaining, long Phase, bool IsBroken) Look()
        {
            Enter();
            var seen = (ParticipantCount - _waiting.Count, _phase, _isBroken);
            Exit();
            return seen;
        }

        public Task<int> ArriveAsync(CancellationToken cancellationToken)
        {
            Interleaving.Touch(OperationKind.Signal, this);
            var settled = default(WaiterChain);
            Enter();
            if (_isBroken)
            {
                Exit();
                return Task.FromException<int>(new BrokenBarrierException("The barrier was aborted, and nobody can arrive at it. Call Reset to use it again."));
            }

            if (_waiting.Count + 1 < ParticipantCount)
            {
                return _waiters.WaitAndExit(_waiting, 0, cancellationToken);
            }

            _phase++;
            for (var place = 0; !_waiting.IsEmpty; place++)
            {
                var waiter = (TaskWaiter<int>)_waiting.Dequeue();
                waiter.Result = place;
                settled.Add(waiter);
            }

            Exit();
            settled.Publish();
            return Task.FromResult(ParticipantCount - 1);
        }

        public void Break(string happened, bool forGood)
        {
            Interleaving.Touch(OperationKind.Signal, this);
            var settled = default(WaiterChain);
            Enter();
            _isBroken = forGood;
            var arrived = _waiting.Count;
            while (!_waiting.IsEmpty)
            {
                var waiter = (TaskWaiter<int>)_waiting.Dequeue();
                waiter.SettleFailed(new BrokenBarrierException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The barrier {happened} when {arrived} of {ParticipantCount} participants had arrived. Arrive again if the work goes on.")));
                settled.Add(waiter);
            }

            Exit();
            settled.Publish();
        }

        protected override void AssertInvariants() => Debug.Assert(_waiting.Count < ParticipantCount, "The last one to arrive lets all go on.");
    }
}
