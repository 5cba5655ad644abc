using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Clock;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Engine;

/// <summary>One schedule: its actors, what of them is ready, its clock, and the choices that were made.</summary>
internal sealed partial class World : Interleaver
{
    private readonly WorldOptions _options;
    private readonly Strategy _strategy;
    private readonly ReadySet _ready;
    private readonly List<Actor> _actors = [];
    private readonly List<SimulatedExecutor> _executors = [];
    private ulong _costs;
    // Not its number: numbers of threads that have ended are given to others.
    private readonly Thread _thread = Thread.CurrentThread;
    private ExecutionContext _homeContext = HomeContext.Get();
    private readonly WorldBuffers _buffers;
    private Actor? _last;
    private long _sequence;
    private int _timersReady;

    public World(WorldOptions options, ulong seed, WorldBuffers? buffers = null)
    {
        _buffers = buffers?.Clear() ?? new WorldBuffers();
        _ready = _buffers.Ready;
        Log = _buffers.Log;
        _options = options;
        _strategy = options.Strategy;
        _accesses = options.Strategy.Accesses;
        _novelty = options.Novelty;
        Clock.Changed = _accesses is null ? null : timer => Access(OperationKind.Write, timer);
        Seed = seed;
        _costs = ~seed;
        Main = new SimulatedExecutor(this, "simulation", ExecutorKind.Pool, int.MaxValue);
        _executors.Add(Main);
        ClockExecutor = new SimulatedExecutor(this, "clock", ExecutorKind.Inline, int.MaxValue);
        ClockActor = new Actor(ClockExecutor, ClockExecutor, -1, "clock", null);
        if (options.Pool is { } pool)
        {
            _pool = pool;
            _poolExecutor = CreateExecutor("thread pool", ExecutorKind.Pool, int.MaxValue);
            _captured = new(ReferenceEqualityComparer.Instance);
        }
    }

    /// <summary>The seed of the schedule. 0 is that of exhaustive strategies: steps take no time, and every operation is a step.</summary>
    public ulong Seed { get; }

    public VirtualClock Clock { get; } = new();

    /// <summary>The executor of the test's body; its turns can be stopped at every operation.</summary>
    public SimulatedExecutor Main { get; }

    public ChoiceLog Log { get; }

    public long Steps { get; private set; }

    public WorldFailure? Failure { get; private set; }

    public IReadOnlyList<Actor> Actors => _actors;

    /// <summary>The actor whose turn it is; null in a timer's callback and outside of turns.</summary>
    public Actor? Current { get; private set; }

    private SimulatedExecutor ClockExecutor { get; }

    private Actor ClockActor { get; }

    /// <summary>Looks, after each step, at what must always hold.</summary>
    public Action? AfterStep { get; set; }

    /// <summary>What can go next.</summary>
    public ReadySet Ready => _ready;

    /// <summary>Counts what the schedule comes past; null if nobody asks.</summary>
    public CoverageTally? Coverage { get; set; }

    /// <summary>Keeps what happens, for a report; null unless asked for, since it costs far more than a step.</summary>
    public EventLog? Events { get; set; }

    public bool IsHere() => ReferenceEquals(Thread.CurrentThread, _thread);

    public SimulatedExecutor CreateExecutor(string name, ExecutorKind kind, int maximumConcurrency)
    {
        var executor = new SimulatedExecutor(this, name, kind, maximumConcurrency);
        _executors.Add(executor);
        return executor;
    }

    /// <summary>An executor as a spec describes it, with its rules but without its threads.</summary>
    public Executor Create(string name, ExecutorSpec spec) => CreateExecutor(name, spec.Kind, spec.Kind switch
    {
        ExecutorKind.Pool => spec.MaximumThreads ?? 4,
        ExecutorKind.Inline => int.MaxValue,
        _ => 1,
    });

    /// <summary>Starts the body.</summary>
    public Task Start(Func<CancellationToken, Task> body)
    {
        Interleaving.HearBetweenTurns(this);
        _pool?.BeginSchedule();
        BeginDetecting();
        Executor.SetCurrent(Main, Outside(Main));
        try
        {
            return Main.RunAsync(body);
        }
        finally
        {
            Executor.SetCurrent(null, null);
        }
    }

    public Actor CreateActor(SimulatedExecutor executor, in ExecutorWork work)
    {
        var root = work.Callback as IRootTask;
        var actor = new Actor(executor, executor, _actors.Count, root?.GivenName ?? "", Current) { Promise = root?.Promise, Origin = work };
        if (!_options.IsLive)
        {
            _actors.Add(actor);
        }

        Caused(actor);
        _strategy.Created(actor);
        return actor;
    }

    public ReadyItem Item(Actor actor, in ExecutorWork work)
    {
        var item = _buffers.Rent();
        item.Actor = actor;
        item.Work = work;
        item.Sequence = ++_sequence;
        item.Since = Steps;
        Caused(actor);
        return item;
    }

    public void Add(ReadyItem item)
    {
        item.Actor.Ready++;
        _ready.Add(item);
        _strategy.Added(item);
    }

    /// <summary>Takes the turns of an executor that has no place for them out of what is ready.</summary>
    public void Withdraw(SimulatedExecutor executor, List<ReadyItem> into)
    {
        for (var index = _ready.Count - 1; index >= 0; index--)
        {
            if (ReferenceEquals(_ready[index].Actor.Executor, executor) && !_ready[index].IsMidTurn)
            {
                var item = _ready.Take(index);
                item.Actor.Ready--;
                into.Insert(0, item);
            }
        }
    }

    /// <summary>A context for code that runs on an executor without being a turn of it.</summary>
    public static SynchronizationContext Outside(SimulatedExecutor executor) => new Actor(executor, executor, -1, executor.Name, null);

    public void Fail(SimulationFailureKind kind, string message, Exception? exception = null) =>
        Failure ??= new WorldFailure(kind, message, exception, Steps);

    /// <summary>Fails the schedule for what another run of it showed.</summary>
    public void Replace(SimulationFailureKind kind, WorldFailure shown) => Failure = shown with { Kind = kind };

    public int Choose(ChoiceKind kind, int of)
    {
        if (of <= 1)
        {
            return 0;
        }

        try
        {
            var chosen = _strategy.PickValue(kind, of);
            Log.Add(kind, chosen, of);
            return chosen;
        }
        catch (NondeterminismException error)
        {
            Fail(SimulationFailureKind.Nondeterminism, error.Message);
            throw;
        }
    }

    /// <summary>Runs what is ready, and lets time pass when nothing is, until a condition holds, or nothing can happen, or something failed.</summary>
    public void RunUntil(Func<bool> isOver, long latest)
    {
        try
        {
            while (Failure is null && !isOver())
            {
                if (_ready.Count == 0 && !PassTime(latest))
                {
                    return;
                }

                Step();
            }
        }
        catch (NondeterminismException error)
        {
            Fail(SimulationFailureKind.Nondeterminism, error.Message);
        }
        finally
        {
            LeaveTurn();
        }
    }

    private void Step()
    {
        var index = 0;
        if (_ready.Count > 1)
        {
            index = _strategy.Pick(_ready, _last);
            if (index < 0)
            {
                Failure = WorldFailure.GivenUp;
                return;
            }

            Log.Add(ChoiceKind.Schedule, index, _ready.Count);
        }

        var item = _ready.Take(index);
        _strategy.Going(item, _ready);
        Going(item);
        if (++Steps > _options.MaximumSteps)
        {
            Fail(SimulationFailureKind.TooManySteps, Descriptions.TooManySteps(this, _options.MaximumSteps));
            return;
        }

        var now = Clock.Now + StepCost();
        Clock.MoveTo(now);
        Events?.Going(item);
        Go(item);
        if (Clock.Timers.NextDue <= now)
        {
            QueueDueTimers();
        }

        LookAround();
    }

    private void LookAround()
    {
        if (_pool is not null)
        {
            TakeCaptured();
        }

        if (AfterStep is { } look)
        {
            LeaveTurn();
            look();
        }
    }

    /// <summary>50 to 100 ns, from the seed alone: a loop that never waits does not stop the clock.</summary>
    /// <remarks>With seed 0, that of exhaustive strategies, nothing: time must not depend on the order of steps.</remarks>
    private long StepCost()
    {
        if (Seed == 0)
        {
            return 0;
        }

        _costs += 0x9E3779B97F4A7C15;
        return 50 + (long)Math.BigMul((_costs ^ (_costs >> 29)) * 0xBF58476D1CE4E5B9, 51, out _);
    }

    private void Go(ReadyItem item)
    {
        var actor = item.Actor;
        var executor = PlaceOf(actor);
        actor.Ready--;
        actor.Steps++;
        actor.LastStep = Steps;
        executor.TurnBegins(item);
        _last = actor;
        EnterTurn(actor, executor);
        _pool?.Watch.Begins();
        try
        {
            item.Work.Execute();
        }
        catch (Exception error)
        {
            if (!executor.Handles(error))
            {
                Fail(SimulationFailureKind.UnhandledException, Descriptions.Unhandled(actor, error), error);
            }
        }

        if (_pool is not null && _pool.Watch.Ended())
        {
            Replace(SimulationFailureKind.BlockingWait, new WorldFailure(SimulationFailureKind.BlockingWait, Descriptions.Blocked(actor), null, Steps));
        }

        ExecutionContext.Restore(_homeContext);
        executor.TurnEnded(item);
        Recycle(item);
    }

    private void EnterTurn(Actor actor, SimulatedExecutor executor)
    {
        if (ReferenceEquals(actor, ClockActor))
        {
            _timersReady--;
            Current = null;
            Executor.SetCurrent(null, null);
        }
        else
        {
            Current = actor;
            Executor.SetCurrent(actor.IsCaptured ? null : executor, actor.IsCaptured ? null : actor);
        }
    }

    private static SimulatedExecutor PlaceOf(Actor actor) => (SimulatedExecutor)actor.Executor;

    /// <summary>Ends what the last turn has left on the thread: code that runs between turns is nobody's turn.</summary>
    private void LeaveTurn()
    {
        Current = null;
        Executor.SetCurrent(null, null);
    }

    private void Recycle(ReadyItem item)
    {
        item.Actor = null!;
        item.Work = default;
        item.Resource = null;
        item.Operation = OperationKind.None;
        _buffers.Return(item);
    }

    private bool PassTime(long latest)
    {
        if (Clock.Timers.First is not { } next || next.DueTime > latest)
        {
            return false;
        }

        if (next.DueTime > Clock.Now)
        {
            Clock.MoveTo(next.DueTime);
            _strategy.TimePassed();
        }

        QueueDueTimers();
        return true;
    }

    private void QueueDueTimers()
    {
        if (_timersReady > 0)
        {
            // Those of an earlier time go first.
            return;
        }

        var due = Clock.Timers.First!.DueTime;
        while (Clock.Timers.First is { } timer && timer.DueTime == due)
        {
            Clock.Timers.Remove(timer);
            _timersReady++;
            ((IActorHome)ClockExecutor).Continue(ClockActor, new ExecutorWork(new TimerTurn(timer)));
        }
    }
}
