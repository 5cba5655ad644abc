using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>An executor of a simulation: its turns run one at a time on the simulation's thread, in the order of the schedule.</summary>
/// <remarks>
/// With a <see cref="Executor.MaximumConcurrency"/> of one, turns never overlap and posts keep their order, as on an event loop. With
/// more, a turn can also be stopped at each operation on a channel, a lock or another type of this framework, while others go.
/// Everything that uses it must stay on the simulation's thread; a call from another one is an escape, and fails the test.
/// </remarks>
public sealed partial class SimulatedExecutor : Executor, IActorHome
{
    private readonly World _world;
    private readonly Queue<ReadyItem> _line = new();
    private readonly List<ReadyItem> _held = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new();
    private readonly LoopTimeProvider? _loopTime;
    private SynchronizationContext? _outside;
    private ReadyItem? _offered;
    private int _midTurns;
    private int _inFlight;
    private int _queued;
    private long _executed;
    private long _accepted;
    private long _rejected;
    private bool _draining;

    internal SimulatedExecutor(World world, string name, ExecutorKind kind, int maximumConcurrency)
        : base(name)
    {
        _world = world;
        HasContexts = true;
        Mimics = kind;
        MaximumConcurrency = maximumConcurrency;
        _loopTime = maximumConcurrency == 1 ? new LoopTimeProvider(world.Clock, this, null) : null;
        Failures = new FailureLedger(world.OnUnseen, static () => { });
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.Simulated;

    /// <summary>The kind of executor whose rules it keeps.</summary>
    public ExecutorKind Mimics { get; }

    /// <inheritdoc/>
    public override int MaximumConcurrency { get; }

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => (TimeProvider?)_loopTime ?? _world.Clock;

    /// <inheritdoc/>
    public override ExecutorStatistics Statistics => Tally.AddTo(_live is { } live ? live.Statistics with { Delayed = Delayed } : new ExecutorStatistics
    {
        Accepted = _accepted,
        Executed = _executed,
        Rejected = _rejected,
        Queued = _queued,
        Running = IsCurrent ? 1 : 0,
        InFlight = _inFlight,
        Delayed = Delayed,
    });

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => IsCurrent ? SynchronizationContext.Current! : _outside ??= World.Outside(this);

    /// <inheritdoc/>
    public override CancellationToken Stopping => _live?.Lifetime.Stopping ?? _stopping.Token;

    internal override bool IsClosing => _live is { } live ? live.Lifetime.Phase != ExecutorPhase.Running : _draining;

    internal override Interleaver? Interleaver => _world;

    /// <summary>Whether all that was to run here has ended.</summary>
    internal bool HasDrained => _drained.Task.IsCompleted;

    /// <summary>Whether a turn that is not begun yet must wait until another has ended.</summary>
    internal bool IsFull => _midTurns >= MaximumConcurrency;

    /// <inheritdoc/>
    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) => _live is null
        ? throw new NotSupportedException(
            "A simulation has no descriptors: a real source was started in it. Use the simulated source instead.")
        : SharedSelector.Watch(descriptor, this);

    /// <inheritdoc/>
    public override Task<bool> DrainAsync(TimeSpan timeout)
    {
        DrainRules.Validate(this, timeout);
        return _live is { } live ? live.Lifetime.DrainAsync(timeout) : DrainInWorldAsync(timeout);
    }

    private async Task<bool> DrainInWorldAsync(TimeSpan timeout)
    {
        _world.Access(OperationKind.Complete, this);
        _draining = true;
        LookForEnd();
        return await LongWait.EndsInTimeAsync(_drained.Task, timeout, _world.Clock).ConfigureAwait(Executor.Current is not null);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _live is { } live ? live.Lifetime.DisposeAsync() : EndAsync();

    private async ValueTask EndAsync()
    {
        _world.Access(OperationKind.Complete, this);
        _draining = true;
        if (!_stopping.IsCancellationRequested)
        {
            _stopping.Cancel();
        }

        LookForEnd();
        if (!IsCurrent)
        {
            await _drained.Task.ConfigureAwait(Executor.Current is not null);
        }
    }

    void IActorHome.Continue(Actor actor, ExecutorWork work)
    {
        if (_world.IsHere())
        {
            Queue(_world.Item(actor, work));
        }
        else if (_live is null)
        {
            _world.Escaped(this);
        }
        else if (!_live.TryPost(actor.Id < 0 ? null : actor, work, WorkKind.Continuation))
        {
            RunAfterStop(work);
        }
    }

    void IActorHome.Blocks(Actor actor) => _world.Blocks(actor);

    /// <summary>Queues the rest of a turn that was stopped at an operation.</summary>
    internal void StopTurn(ReadyItem item)
    {
        item.IsMidTurn = true;
        CountQueued();
        if (++_midTurns == MaximumConcurrency)
        {
            _world.Withdraw(this, _held);
        }

        _world.Add(item);
    }

    /// <summary>A turn begins or goes on.</summary>
    internal void TurnBegins(ReadyItem item)
    {
        _queued--;
        _live?.TurnBegins();
        if (item.IsMidTurn)
        {
            item.IsMidTurn = false;
            _midTurns--;
        }
    }

    /// <summary>A turn has ended, or was stopped.</summary>
    internal void TurnEnded(ReadyItem item)
    {
        _executed++;
        _live?.TurnEnded();
        if (ReferenceEquals(item, _offered))
        {
            _offered = null;
        }

        if (MaximumConcurrency != int.MaxValue && !IsFull)
        {
            Release();
        }

        if (_draining)
        {
            LookForEnd();
        }
    }

    /// <inheritdoc/>
    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind)
    {
        if (!_world.IsHere())
        {
            if (_live is not null)
            {
                return _live.TryPost(null, work, kind);
            }

            // Thrown here it would end the process, not the test.
            _world.Escaped(this);
            return true;
        }

        if (kind == WorkKind.Root)
        {
            // Without a limit, only the end of all posts comes before or after a post.
            _world.Access(MaximumConcurrency == int.MaxValue ? OperationKind.Read : OperationKind.Send, this);
            if (IsClosing)
            {
                _rejected++;
                _live?.Reject();
                return false;
            }
        }

        var actor = kind == WorkKind.Continuation && _world.Current is { } current && ReferenceEquals(current.Executor, this)
            ? current
            : _world.CreateActor(this, work);
        Queue(_world.Item(actor, work));
        return true;
    }

    /// <inheritdoc/>
    protected override void OnRootStarted()
    {
        if (_live is { } live)
        {
            live.Lifetime.RootStarted();
        }
        else
        {
            _inFlight++;
        }
    }

    /// <inheritdoc/>
    protected override void OnRootCompleted()
    {
        if (_live is { } live)
        {
            live.Lifetime.RootCompleted();
            return;
        }

        _inFlight--;
        if (_draining)
        {
            LookForEnd();
        }
    }

    /// <inheritdoc/>
    protected override string DescribeRejection() => ExecutorMessages.Stopped(
        this, _live?.Lifetime.Phase ?? (_stopping.IsCancellationRequested ? ExecutorPhase.Stopping : ExecutorPhase.Draining));

    private void Queue(ReadyItem item)
    {
        CountQueued();
        Place(item);
    }

    private void CountQueued()
    {
        _accepted++;
        _queued++;
        _live?.CountQueued();
    }

    private void Place(ReadyItem item)
    {
        if (MaximumConcurrency == 1)
        {
            _line.Enqueue(item);
            Offer();
        }
        else if (IsFull)
        {
            _held.Add(item);
        }
        else
        {
            _world.Add(item);
        }
    }

    private void Offer()
    {
        // One at a time, so that turns begin in the order in which they became ready, as on an event loop.
        if (_offered is null && !IsFull && _line.TryDequeue(out var next))
        {
            _offered = next;
            _world.Add(next);
        }
    }

    private void Release()
    {
        foreach (var held in _held)
        {
            _world.Add(held);
        }

        _held.Clear();
        Offer();
    }

    private void LookForEnd()
    {
        if (_inFlight == 0 && _queued == 0)
        {
            _drained.TrySetResult();
        }
    }
}
