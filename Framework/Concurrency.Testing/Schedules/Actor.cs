using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>One thread of control of a simulation: a piece of work that was posted, spawned or run, and all that continues it.</summary>
internal sealed class Actor : ExecutorSynchronizationContext
{
    private static readonly List<Hold> s_nothing = [];

    private readonly IActorHome _home;
    private List<Hold>? _waits;
    private List<Hold>? _holds;

    public Actor(Executor executor, IActorHome home, int id, string name, Actor? parent)
        : base(executor)
    {
        _home = home;
        Id = id;
        Name = name;
        Parent = parent;
        SetWaitNotificationRequired();
    }

    /// <summary>The number of the actor in the order of creation; 0 is the test's body.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>Who made it.</summary>
    public Actor? Parent { get; }

    /// <summary>The promise of the work that it began with, when there is one.</summary>
    public Task? Promise { get; init; }

    /// <summary>The work that it began with, for its name.</summary>
    public ExecutorWork Origin { get; init; }

    /// <summary>Whether it is work of the thread pool.</summary>
    public bool IsCaptured { get; init; }

    /// <summary>How many turns it has had.</summary>
    public int Steps { get; set; }

    /// <summary>For strategies that rank actors.</summary>
    public long Priority { get; set; }

    /// <summary>For strategies that weigh actors by what they have still to do.</summary>
    public int Remaining { get; set; }

    /// <summary>What it did last or waits for.</summary>
    public OperationKind Operation { get; set; }

    /// <summary>The thing that <see cref="Operation"/> is about.</summary>
    public object? Resource { get; set; }

    /// <summary>How many of its turns are ready.</summary>
    public int Ready { get; set; }

    /// <summary>Whether it was stopped in the middle of a turn, at an operation.</summary>
    public bool HoldsTurn { get; set; }

    /// <summary>The step at which it went last.</summary>
    public long LastStep { get; set; }

    /// <summary>What it waits for: more than one thing if it began several operations before it awaited them.</summary>
    public List<Hold> Waits => _waits ?? s_nothing;

    /// <summary>What it has taken and not given back.</summary>
    public List<Hold> Holds => _holds ?? s_nothing;

    public void BeginWait(Hold wait) => (_waits ??= []).Add(wait);

    public void Take(Hold hold) => (_holds ??= []).Add(hold);

    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        if (millisecondsTimeout != 0)
        {
            _home.Blocks(this);
        }

        return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
    }

    internal override void Resume(ExecutorWork work) => _home.Continue(this, work);

    public override string ToString() => Name;
}
