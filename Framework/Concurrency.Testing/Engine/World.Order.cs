using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What comes before what in every schedule; kept only from the moment at which somebody needs to know.</content>
internal sealed partial class World
{
    private HappensBefore? _order;
    private HappensBefore? _orderWithoutLocks;
    private LockOrders? _lockOrders;
    private string? _predicted;

    /// <summary>Whether the end of a piece of work is a step of its own, so that what it did last can still race with others.</summary>
    public override bool SeparatesEnds => _order is not null;

    /// <summary>What comes before what, by all operations on types of the framework.</summary>
    public HappensBefore Order
    {
        get
        {
            if (_order is null)
            {
                _order = new HappensBefore(static thing => thing is not AccessHistory);
                WatchTimers();
            }

            return _order;
        }
    }

    /// <summary>Whether all that an actor did comes before what happens now: it has ended, and others may have seen that.</summary>
    public static bool HasEnded(Actor actor) => actor.Promise is { IsCompleted: true } || PlaceOf(actor).HasDrained;

    /// <summary>Nothing puts two accesses in an order.</summary>
    public void OnRace(string message)
    {
        if (_options.Detectors.HasFlag(Detectors.DataRaces))
        {
            Fail(SimulationFailureKind.DataRace, message);
        }
    }

    /// <summary>An actor or a timer causes a turn.</summary>
    private void Caused(Actor actor)
    {
        _order?.Caused(Current, actor);
        if (_orderWithoutLocks is { } order && !(actor.Waits.Count > 0 && actor.Waits.TrueForAll(static wait => IsLock(wait.Resource))))
        {
            order.Caused(Current, actor);
        }
    }

    private void OrderHappened(Actor? actor, OperationKind kind, object resource)
    {
        _order?.Happened(actor, kind, resource);
        _orderWithoutLocks?.Happened(actor, kind, resource);
    }

    /// <summary>An actor that holds a lock is about to wait for another one.</summary>
    private void LookAtLockOrder(Actor actor, OperationKind kind, object resource)
    {
        if (!_options.Detectors.HasFlag(Detectors.LockOrder) || actor.Holds.Count == 0 || !IsLock(resource)
            || kind is not (OperationKind.Acquire or OperationKind.AcquireShared) || !actor.Holds.Exists(static hold => IsLock(hold.Resource)))
        {
            return;
        }

        if (_orderWithoutLocks is null)
        {
            _orderWithoutLocks = new HappensBefore(static thing => !IsLock(thing) && thing is not AccessHistory);
            _lockOrders = new LockOrders(_orderWithoutLocks, HasEnded);
            WatchTimers();
        }

        var cycle = _lockOrders!.Add(actor, [.. actor.Holds.Where(static hold => IsLock(hold.Resource))], new Hold(kind, resource));
        if (cycle.Count > 0)
        {
            _predicted ??= Descriptions.LockOrder(this, cycle);
        }
    }

    private static bool IsLock(object resource) => resource is LockCore or ReaderWriterCore;

    private void WatchTimers()
    {
        Clock.Armed ??= timer => timer.Stamp = (_order?.Stamp(Current), _orderWithoutLocks?.Stamp(Current));
        Clock.Fires ??= timer =>
        {
            if (timer.Stamp is ValueTuple<VectorClock?, VectorClock?> stamp)
            {
                Join(_order, stamp.Item1);
                Join(_orderWithoutLocks, stamp.Item2);
            }
        };
    }

    private static void Join(HappensBefore? order, VectorClock? stamp)
    {
        if (order is not null && stamp is not null)
        {
            order.Of(null).Join(stamp);
        }
    }
}
