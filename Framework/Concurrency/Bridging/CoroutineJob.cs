using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>The thread side of a coroutine: whose turn it is, and whether the transfer is allowed.</summary>
internal sealed class CoroutineJob(BridgeThreads threads, Coroutine owner, Delegate code, Action body) : BridgeJob(threads, code)
{
    private readonly object _strand = StrandOfCaller();
    private int _state;
    private Coroutine? _switcher;

    /// <summary>The coroutine whose code the calling thread runs, or null.</summary>
    public static CoroutineJob? Running => Current as CoroutineJob;

    public Coroutine Owner => owner;

    public override string Name => owner.ToString();

    public CoroutineState State => (CoroutineState)Volatile.Read(ref _state);

    public override void StartLate() => throw new InvalidOperationException("A coroutine never waits for a thread.");

    public override void FailToStart(Exception error) => throw new InvalidOperationException("A coroutine never waits for a thread.", error);

    public override void Describe(LiveDetails details) => details.Add("state", State.ToString().ToLowerInvariant());

    /// <summary>Refuses callers that run beside the code to which the coroutine belongs.</summary>
    public void CheckStrand()
    {
        var caller = StrandOfCaller();
        if (!ReferenceEquals(caller, _strand))
        {
            throw new InvalidOperationException(
                $"The {owner} belongs to {Describe(_strand)} and was called from {Describe(caller)}. Call it where it was made.");
        }
    }

    /// <summary>Ends a coroutine that has not begun.</summary>
    public bool TryEndUnstarted() => TryMove(CoroutineState.New, CoroutineState.Ended);

    /// <summary>Takes a coroutine that can get control.</summary>
    /// <exception cref="InvalidOperationException">It has control, or has ended, or there is no thread for it.</exception>
    public void Claim()
    {
        if (TryMove(CoroutineState.Suspended, CoroutineState.Active))
        {
            return;
        }

        if (TryMove(CoroutineState.New, CoroutineState.Active))
        {
            if (!TryAssign())
            {
                Volatile.Write(ref _state, (int)CoroutineState.New);
                throw new InvalidOperationException(
                    $"The {owner} cannot start: all {Threads.Options.MaximumThreads} bridge threads are taken. Dispose coroutines that are not needed, or raise SyncBridgeOptions.MaximumThreads.");
            }

            return;
        }

        throw new InvalidOperationException(State == CoroutineState.Ended
            ? $"The {owner} has ended. Look at IsAlive before."
            : $"The {owner} has control already, or waits for a coroutine to which it has switched. Yield there.");
    }

    /// <summary>Gives control to the coroutine, which was claimed, and returns when it gives control back.</summary>
    public void Transfer(bool isThrow)
    {
        _switcher = Coroutine.Current;
        Note(_switcher, owner, isThrow);
        LendAndWait();
    }

    /// <summary>Called by the coroutine: gives control back and returns when it gets it again.</summary>
    public void Suspend()
    {
        if (!ReferenceEquals(Running, this))
        {
            throw new InvalidOperationException($"Yield of the {owner} was called by other code than its own body. Call Switch to run it.");
        }

        Note(owner, _switcher, isThrow: false);
        Park();
    }

    /// <summary>Called by the switcher, which has read what the coroutine gave away: others may claim it now, unless it has ended.</summary>
    public void Release() => TryMove(CoroutineState.Active, CoroutineState.Suspended);

    protected override void RunCode() => body();

    protected override void Complete()
    {
        Note(owner, _switcher, isThrow: false);
        Volatile.Write(ref _state, (int)CoroutineState.Ended);
    }

    private bool TryAssign()
    {
        try
        {
            return Threads.TryAssign(this, wait: false);
        }
        catch (InvalidOperationException)
        {
            Volatile.Write(ref _state, (int)CoroutineState.New);
            throw;
        }
    }

    private static object StrandOfCaller()
    {
        if (Running is { } running)
        {
            return running._strand;
        }

        if (Executor.Current is { MaximumConcurrency: 1 } executor)
        {
            return executor;
        }

        return Current is { } bridge ? bridge : Thread.CurrentThread;
    }

    private static string Describe(object strand) => strand switch
    {
        Thread thread => $"thread {thread.ManagedThreadId}",
        BridgeJob job => $"the bridge of {job.Name}",
        _ => $"the {strand}",
    };

    private void Note(Coroutine? origin, Coroutine? target, bool isThrow)
    {
        if (Coroutine.Trace is not { } trace)
        {
            return;
        }

        try
        {
            trace(new CoroutineSwitch(origin, target, isThrow));
        }
        catch (Exception error)
        {
            BridgeLog.TraceFailed(Threads.Options.Logger, error);
        }
    }

    private bool TryMove(CoroutineState from, CoroutineState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;
}
