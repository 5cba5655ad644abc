using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What actors tell of their operations: each one is told with <see cref="Begin"/> or <see cref="Touch"/> when it is done.</content>
internal sealed partial class World
{
    private readonly List<ReadyItem> _stopped = [];
    private long _stoppedAt;

    public override bool Arrive(OperationKind kind, object resource)
    {
        FinishStopped();
        var actor = Current!;
        actor.Operation = kind;
        actor.Resource = resource;
        _accesses?.NumberOf(resource);
        var goesOn = Seed != 0 && _ready.Count == 0 && Clock.Timers.NextDue > Clock.Now;
        Events?.Arrived(actor, goesOn);
        return goesOn;
    }

    public override void Suspend(Action continuation)
    {
        var actor = Current!;
        var item = Item(actor, new ExecutorWork(continuation));
        item.Operation = actor.Operation;
        item.Resource = actor.Resource;
        PlaceOf(actor).StopTurn(item);
        if (_stoppedAt != Steps)
        {
            _stopped.Clear();
            _stoppedAt = Steps;
        }

        _stopped.Add(item);
    }

    public override void Begin(OperationKind kind, object resource)
    {
        var actor = Current!;
        actor.Operation = kind;
        actor.Resource = resource;
        Happened(actor, kind, resource);
        LookAtLockOrder(actor, kind, resource);
    }

    public override object? Park(OperationKind kind, object resource)
    {
        Current?.BeginWait(new Hold(kind, resource));
        return Current;
    }

    public override void End(OperationKind kind, object resource, object? parked, bool passed)
    {
        if (parked is Actor waited)
        {
            waited.Waits.Remove(new Hold(kind, resource));
            OrderHappened(waited, OperationKind.Wait, resource);
        }

        if (passed)
        {
            Took(kind, resource);
        }
    }

    public override void Touch(OperationKind kind, object resource)
    {
        FinishStopped();
        Happened(Current, kind, resource);
        Events?.Touched(Current, kind, resource);
    }

    public override void Took(OperationKind kind, object resource)
    {
        if (kind is OperationKind.Acquire or OperationKind.AcquireShared)
        {
            Current?.Take(new Hold(kind, resource));
        }
    }

    public override void TookCase(object select, int taken, int count) =>
        Coverage?.Took(_given is not null && _given.TryGetValue(select, out var name) ? name : "select", taken, count);

    public override int Choose(int count) => Choose(ChoiceKind.Select, count);

    private void Happened(Actor? actor, OperationKind kind, object resource)
    {
        _accesses?.Add(kind, resource);
        OrderHappened(actor, kind, resource);
        Detect(actor, kind, resource);
        if (kind == OperationKind.Release)
        {
            LetGo(actor, resource);
        }
    }

    /// <summary>Takes a thing from the actor that holds it, which is not always the one that gives it back.</summary>
    private void LetGo(Actor? actor, object resource)
    {
        if (actor is not null && Remove(actor.Holds, resource))
        {
            return;
        }

        foreach (var other in _actors)
        {
            if (Remove(other.Holds, resource))
            {
                return;
            }
        }
    }

    private static bool Remove(List<Hold> holds, object resource)
    {
        for (var index = holds.Count - 1; index >= 0; index--)
        {
            if (ReferenceEquals(holds[index].Resource, resource))
            {
                holds.RemoveAt(index);
                return true;
            }
        }

        return false;
    }

    /// <summary>Does the operations that this turn has begun before and not awaited: what one actor does in one turn happens in the order of its code.</summary>
    private void FinishStopped()
    {
        while (_stopped.Count > 0 && _stoppedAt == Steps)
        {
            var item = _stopped[0];
            _stopped.RemoveAt(0);
            var index = _ready.IndexOf(item);
            if (index >= 0 && ReferenceEquals(item.Actor, Current))
            {
                _ready.Take(index);
                item.Actor.Ready--;
                var executor = PlaceOf(item.Actor);
                executor.TurnBegins(item);
                Events?.Finishing(item);
                item.Work.Execute();
                executor.TurnEnded(item);
                Recycle(item);
            }
        }
    }
}
