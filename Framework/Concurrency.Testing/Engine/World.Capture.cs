using Concurrency.Execution;
using Concurrency.Testing.Capture;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What the thread pool would run, as turns of the schedule.</content>
internal sealed partial class World
{
    private static readonly TimeSpan s_lateWait = TimeSpan.FromMilliseconds(250);
    private static readonly SendOrPostCallback s_run = static item => PoolQueues.Run(item!);

    private readonly CapturedPool? _pool;
    private readonly SimulatedExecutor? _poolExecutor;
    private readonly Dictionary<object, Actor>? _captured;

    /// <summary>Queues what the last turn has given to the pool.</summary>
    private void TakeCaptured()
    {
        while (_pool!.TryTake(out var item))
        {
            var work = new ExecutorWork(s_run, item);
            if (!_captured!.TryGetValue(item, out var actor))
            {
                // An async method keeps its box as long as it runs: all its parts are one actor's.
                _captured[item] = actor = CreateCaptured(item, work);
            }

            ((IActorHome)_poolExecutor!).Continue(actor, work);
        }
    }

    private Actor CreateCaptured(object item, in ExecutorWork work)
    {
        var actor = new Actor(_poolExecutor!, _poolExecutor!, _actors.Count, "", Current) { Promise = item as Task, Origin = work, IsCaptured = true };
        _actors.Add(actor);
        Caused(actor);
        _strategy.Created(actor);
        return actor;
    }

    /// <summary>Nothing can go on and the body has not ended: tells a wait for the real world from a deadlock.</summary>
    public void LookForRealWaits()
    {
        if (_pool is null || Failure is not null)
        {
            return;
        }

        if (_pool.RealTimers is > 0 and var timers)
        {
            Fail(SimulationFailureKind.Escape, Descriptions.RealTimers(this, timers));
            return;
        }

        lock (_escapeGate)
        {
            if (_escape is null && WaitsForEscapes)
            {
                Monitor.Wait(_escapeGate, s_lateWait);
            }
        }

        if (_pool.TryTake(out var late))
        {
            Fail(SimulationFailureKind.Escape, Descriptions.CameLate(this, PoolItems.NameOf(late)));
        }
    }
}
