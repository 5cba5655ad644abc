using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What strategies are told of the steps of a schedule.</content>
internal sealed partial class World
{
    private readonly AccessLog? _accesses;
    private readonly Novelty? _novelty;
    private Dictionary<CancellationToken, WatchedToken>? _tokens;

    /// <summary>The current step works on a thing; kept only for strategies that ask for it.</summary>
    public void Access(OperationKind kind, object resource) => _accesses?.Add(kind, resource);

    public override void Watch(CancellationToken token)
    {
        if (_accesses is null || !token.CanBeCanceled || Current?.Resource is not { } resource)
        {
            return;
        }

        _tokens ??= [];
        if (!_tokens.TryGetValue(token, out var watched))
        {
            _tokens[token] = watched = new WatchedToken(this);
            _accesses.AddFirstLook();
            if (token.IsCancellationRequested)
            {
                // Which step cancelled it is not known.
                _accesses.AddUnclear();
            }
            else
            {
                token.UnsafeRegister(static watched => ((WatchedToken)watched!).Cancelled(), watched);
            }
        }

        _accesses.Add(OperationKind.Read, watched);
        watched.Resources.Add(resource);
    }

    /// <summary>What the schedule was like, for strategies that must know.</summary>
    public ScheduleEstimate ToEstimate() => ScheduleEstimate.Of(_actors, Log.CountOf(ChoiceKind.Schedule));

    /// <summary>A turn goes: with its executor, where those who use that wait for each other.</summary>
    private void Going(ReadyItem item)
    {
        _novelty?.Add(item);
        if (_accesses is null)
        {
            return;
        }

        _accesses.BeginStep();
        if (item.Work.Callback is TimerTurn turn)
        {
            _accesses.Add(OperationKind.Write, turn.Timer);
        }

        if (item.Actor.Executor.MaximumConcurrency != int.MaxValue)
        {
            _accesses.Add(OperationKind.Write, item.Actor.Executor);
        }
    }

    /// <summary>A token of operations, as a thing that they look at and that a cancellation changes.</summary>
    private sealed class WatchedToken(World world)
    {
        /// <summary>What the operations work on: a cancellation takes their waits out of there.</summary>
        public HashSet<object> Resources { get; } = new(ReferenceEqualityComparer.Instance);

        public void Cancelled()
        {
            world.Access(OperationKind.Write, this);
            foreach (var resource in Resources)
            {
                world.Access(OperationKind.Write, resource);
            }
        }
    }
}
