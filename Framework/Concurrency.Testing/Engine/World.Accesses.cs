using Concurrency.Execution;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

internal sealed partial class World
{
    private readonly AccessLog? _accesses;
    private readonly Novelty? _novelty;
    private Dictionary<CancellationToken, WatchedToken>? _tokens;

    public override void Touch(OperationKind kind, object resource) => Access(kind, resource);

    /// <summary>The current step works on a thing; kept only for strategies that ask for it.</summary>
    public void Access(OperationKind kind, object resource) => _accesses?.Add(kind, resource);

    /// <summary>The current step asks whether a token is cancelled, and may from now on be ended by it.</summary>
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

    /// <summary>A turn goes: with the operation at which it was stopped, and with its executor, where those who use that wait for each other.</summary>
    private void Going(ReadyItem item)
    {
        _novelty?.Add(item);
        if (_accesses is null)
        {
            return;
        }

        _accesses.BeginStep();
        if (item.Resource is { } resource)
        {
            _accesses.Add(item.Operation, resource);
        }

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
