using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>The executor on its own, used by other threads.</content>
public sealed partial class SimulatedExecutor
{
    private readonly LiveDriver? _live;

    internal SimulatedExecutor(World world, SimulatedExecutorOptions options, LiveDriver live)
        : base(options.Name)
    {
        _world = world;
        _live = live;
        HasContexts = true;
        Mimics = options.Mimics;
        MaximumConcurrency = options.MaximumConcurrency;
        _loopTime = new LoopTimeProvider(options.TimeProvider, this, null);
    }

    internal override long CoarseNow => _live is null ? 0 : CoarseClock.Milliseconds();

    internal override long TurnBegan => _live?.TurnBegan ?? 0;

    /// <summary>Starts a simulated executor that needs no simulation: one thread of its own runs its turns, in an order that a seed decides.</summary>
    /// <param name="seed">Decides which of several ready turns goes next. What comes from other threads comes when it comes: one seed is not one schedule.</param>
    /// <param name="options">Its name, its clock, and how many turns overlap; null for those of one cooperative executor.</param>
    /// <returns>The executor; any thread can use it, and disposal ends its thread.</returns>
    public static SimulatedExecutor Start(ulong seed, SimulatedExecutorOptions? options = null)
    {
        options ??= new SimulatedExecutorOptions();
        SimulatedExecutorOptions.Validate(options);
        return LiveDriver.Start(seed, options);
    }

    /// <summary>Queues what another thread has put into the inbox; it is counted.</summary>
    internal void Receive(Actor? actor, ExecutorWork work) => Place(_world.Item(actor ?? _world.CreateActor(this, work), work));

    /// <summary>Takes out all that has not run.</summary>
    internal List<ExecutorWork> TakeAll()
    {
        var items = new List<ReadyItem>();
        _world.TakeAll(items);
        items.AddRange(_held);
        items.AddRange(_line);
        _held.Clear();
        _line.Clear();
        return items.ConvertAll(static item => item.Work);
    }

    internal void RunElsewhere(ExecutorWork work) => RunAfterStop(work);

    /// <summary>A turn has thrown.</summary>
    /// <returns>False if that is the world's affair.</returns>
    internal bool Handles(Exception error)
    {
        _live?.TurnFailed(error);
        return _live is not null;
    }

    /// <inheritdoc/>
    protected override void RunAfterStop(ExecutorWork work)
    {
        _live?.CountRunAfterStop();
        base.RunAfterStop(work);
    }
}
