using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;

namespace Concurrency.Bridging;

/// <summary>Synchronous code that runs on a thread of its own, in turns that other threads lend to it.</summary>
/// <remarks>
/// The turn is only ever held by one thread: a lender sleeps until the turn is returned, the thread of the job sleeps until it is
/// lent the next one.
/// </remarks>
internal abstract class BridgeJob : TurnBorrower
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private LentTurn _nextTurn;
    private Lender? _nextLender;
    private LentTurn _turn;
    private Lender? _lender;

    protected BridgeJob(BridgeThreads threads, Delegate code)
    {
        Threads = threads;
        Code = code;
        Node = new LinkedListNode<BridgeJob>(this);
    }

    /// <summary>What the user gave, for descriptions.</summary>
    public Delegate Code { get; }

    /// <summary>Its place among those that wait for a thread.</summary>
    public LinkedListNode<BridgeJob> Node { get; }

    public sealed override TimeSpan BlockedLimit => Threads.Options.BlockedTurnLimit;

    /// <summary>What is shown of it in reports.</summary>
    public virtual string Name => WorkDescription.MethodOf(Code);

    /// <summary>When it got in line for a thread, in milliseconds of <see cref="CoarseClock"/>.</summary>
    public long InLineSince { get; set; }

    /// <summary>Adds what a job that has a thread does at this moment; called from any thread.</summary>
    public abstract void Describe(LiveDetails details);

    protected BridgeThreads Threads { get; }

    /// <summary>The executor whose turn the job has, or null.</summary>
    protected Executor? TurnOf => _turn.Executor;

    private BridgeThread Thread { get; set; } = null!;

    /// <summary>Called once, when the job gets its thread.</summary>
    public void Assign(BridgeThread thread) => Thread = thread;

    /// <summary>Called on a thread that could not get one at once, when the job has got its thread.</summary>
    public abstract void StartLate();

    /// <summary>Called instead of <see cref="StartLate"/> when the system had no thread for the job.</summary>
    public abstract void FailToStart(Exception error);

    /// <summary>Runs the job on its thread, which holds the first turn.</summary>
    /// <returns>A job that got the thread as its next, and has to be told.</returns>
    public BridgeJob? Run()
    {
        TakeTurn();
        Current = this;
        ExecutionContext.Run(_context ?? HomeContext.Get(), static self => ((BridgeJob)self!).RunCode(), this);
        Current = null;
        var next = Threads.Release(Thread);

        // Whoever sees the end finds the thread free; the continuation of the end belongs to the last turn.
        Complete();
        var lender = _lender;
        _turn.Leave();
        lender?.Return();
        return next;
    }

    public sealed override string DescribeLender() => _lender is { } lender
        ? $"The thread of the {TurnOf}, which lent its turn to {Name}:\n{lender.DescribeStack()}"
        : $"{Name} has no lent turn.";

    /// <summary>Lends the turn of the calling thread to the job and waits until it comes back.</summary>
    protected void LendAndWait()
    {
        var lender = Lender.OfThisThread;
        _nextTurn = Executor.LendTurn();
        _nextLender = lender;
        Thread.Wake();
        lender.WaitForReturn();
    }

    /// <summary>Lets the job run beside all others, as no executor has a say in it.</summary>
    protected void RunFreely()
    {
        _nextTurn = default;
        _nextLender = null;
        Thread.Wake();
    }

    /// <summary>Called on the job's thread: gives the turn back and sleeps until the next one.</summary>
    protected void Park()
    {
        Threads.CountParked(1);
        var lender = _lender;
        lender?.Return();
        Thread.Sleep();
        Threads.CountParked(-1);
        TakeTurn();
    }

    /// <summary>Runs the user's code and keeps its outcome; throws nothing.</summary>
    protected abstract void RunCode();

    /// <summary>Publishes the outcome.</summary>
    protected abstract void Complete();

    private void TakeTurn()
    {
        if (!ReferenceEquals(_turn.Executor, _nextTurn.Executor))
        {
            _turn.Leave();
        }

        // Copied: on a pool the next lender may come before this one has its turn back.
        _turn = _nextTurn;
        _lender = _nextLender;
        _turn.CarryOn();
    }
}
