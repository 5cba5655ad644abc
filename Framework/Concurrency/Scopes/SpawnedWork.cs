using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Work that was handed over to run: it can be awaited, watched, cancelled before its start and stopped afterwards.</summary>
/// <remarks>Awaiting it throws what the work threw. Members are safe to call from any thread.</remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late StopAsync must find it alive.")]
public abstract class SpawnedWork
{
    private readonly QuietLock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private LinkedList<Action<SpawnedWork>>? _links;
    private SpawnedWorkState _state;
    private string? _reason;
    private bool _linksAreDone;
    private bool _watched;

    private protected SpawnedWork(string name, IWorkOwner owner)
    {
        Name = name;
        Owner = owner;
    }

    /// <summary>The name given when it was spawned.</summary>
    public string Name { get; }

    /// <summary>Where it is in its life.</summary>
    public SpawnedWorkState State
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _state;
            }
        }
    }

    /// <summary>Why it was cancelled or told to stop; null as long as it was not. The first reason stays.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Completes with the work, as the work does.</summary>
    public Task Task
    {
        get
        {
            Interleaving.Touch(OperationKind.Wait, this);
            Volatile.Write(ref _watched, true);
            return End;
        }
    }

    internal IWorkOwner Owner { get; }

    /// <summary>Whether anybody has asked for the task: a failure will be seen.</summary>
    internal bool IsWatched => Volatile.Read(ref _watched);

    /// <summary>What is a failure to somebody who does not look at the task; a cancellation is one unless somebody asked for it.</summary>
    internal Exception? Failure => End.Exception?.InnerException
        ?? (End.IsCanceled && Reason is null ? new TaskCanceledException(End) : null);

    /// <summary>Whether a slot of the pool is to be given back when the work ends.</summary>
    internal bool HasSlot { get; set; }

    /// <summary>Whether those who wait for the pool to be idle wait for this work.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>Whether nobody has the work in hand, so that its failures go to the owner at once.</summary>
    internal bool IsLaunched { get; init; }

    /// <summary>What is to be let go of when the work is cancelled before its start; set before anybody else sees the work.</summary>
    internal IDisposable? Before { get; set; }

    private protected abstract Task End { get; }

    private protected CancellationToken Token => _cancellation.Token;

    /// <summary>Makes the work itself awaitable.</summary>
    public TaskAwaiter GetAwaiter() => Task.GetAwaiter();

    /// <summary>Calls back when the work has ended; at once, in the caller, if that has happened already.</summary>
    /// <param name="callback">
    /// Is called where the work ends, after its task is complete; callbacks run one after the other in the order in which they
    /// were linked, those that a callback adds included. What it throws is reported where the failures of the pool are.
    /// </param>
    public void Link(Action<SpawnedWork> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        using (_gate.EnterScope())
        {
            if (!_linksAreDone)
            {
                (_links ??= []).AddLast(callback);
                return;
            }
        }

        Call(callback);
    }

    /// <summary>Takes back the oldest link with this callback.</summary>
    /// <returns>False if there is none, or it is being called or was called.</returns>
    public bool Unlink(Action<SpawnedWork> callback)
    {
        using (_gate.EnterScope())
        {
            return _links?.Remove(callback) ?? false;
        }
    }

    /// <summary>Cancels the work if it has not started.</summary>
    /// <returns>True if it will not run; false if it has started, has ended or was cancelled before: nothing has changed then.</returns>
    public bool Cancel() => TryDrop("it was cancelled before it started.");

    /// <summary>Tells the work to stop and waits until it has really ended; work that has not started never will.</summary>
    /// <param name="reason">Why, as a sentence; only the first reason counts. It comes out of the task in a <see cref="WorkStoppedException"/>.</param>
    /// <returns>Completes when the work has ended, in whatever way, and never fails: how it ended is told by <see cref="Task"/> and <see cref="State"/>.</returns>
    /// <exception cref="InvalidOperationException">The caller is this work: it would wait for itself.</exception>
    public Task StopAsync(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (WorkFrame.IsInside(this))
        {
            throw new InvalidOperationException($"The work '{Name}' cannot wait for its own end. Return from it instead, or stop it from outside.");
        }

        RequestStop(reason);
        return TaskEnd.OfAsync(End);
    }

    /// <inheritdoc/>
    public override string ToString() => $"work '{Name}'";

    /// <summary>Tells the work to stop and does not wait.</summary>
    internal void RequestStop(string reason)
    {
        Interleaving.Touch(OperationKind.Signal, this);
        if (TryDrop(reason))
        {
            return;
        }

        using (_gate.EnterScope())
        {
            if (_state != SpawnedWorkState.Running || _reason is not null)
            {
                return;
            }

            Volatile.Write(ref _reason, reason);
        }

        CancelToken();
    }

    /// <summary>Cancels the token of work that is cancelled by what is around it.</summary>
    internal void CancelToken()
    {
        // Registered callbacks are the work's code: their failures are not those of whoever stops it.
        foreach (var failure in CallbackFailures.OfCancelling(_cancellation))
        {
            Owner.Report(this, failure, "A callback of the cancelled token");
        }
    }

    /// <summary>Lets the work run.</summary>
    /// <param name="executor">Where; null for the .NET pool.</param>
    internal abstract void Start(Executor? executor);

    /// <summary>Runs the work in the caller, as part of it.</summary>
    /// <returns>Completes when the work has ended and its links were called; never fails.</returns>
    internal abstract Task RunInlineAsync();

    /// <summary>Waits for a slot as long as the work is not cancelled.</summary>
    internal async Task WaitForSlotAsync(PoolSlots slots)
    {
        if (slots.TakeAsync(Token) is { } slot)
        {
            await slot.ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Gives the work a slot, unless it was cancelled while it waited.</summary>
    internal bool TryHold()
    {
        using (_gate.EnterScope())
        {
            HasSlot = IsOpen = _state == SpawnedWorkState.Waiting;
            return HasSlot;
        }
    }

    /// <summary>Ends the work if it has not started.</summary>
    internal bool TryDrop(string reason)
    {
        Interleaving.Touch(OperationKind.Signal, this);
        using (_gate.EnterScope())
        {
            if (_state != SpawnedWorkState.Waiting)
            {
                return false;
            }

            _state = SpawnedWorkState.Cancelled;
            Volatile.Write(ref _reason, reason);
        }

        Before?.Dispose();
        CancelToken();
        Owner.OnEnded(this);
        CompleteStopped(null);
        RunLinks();
        return true;
    }

    /// <summary>Decides that the work starts.</summary>
    /// <returns>False if it was cancelled before.</returns>
    private protected bool TryBegin()
    {
        using (_gate.EnterScope())
        {
            if (_state != SpawnedWorkState.Waiting)
            {
                return false;
            }

            _state = SpawnedWorkState.Running;
            return true;
        }
    }

    /// <summary>Fixes how the work has ended.</summary>
    /// <returns>False if it was cancelled before its start.</returns>
    private protected bool TryEnd(SpawnedWorkState state)
    {
        Interleaving.Touch(OperationKind.Signal, this);
        using (_gate.EnterScope())
        {
            if (_state > SpawnedWorkState.Running)
            {
                return false;
            }

            _state = state;
        }

        Owner.OnEnded(this);
        return true;
    }

    /// <summary>Completes the task as cancelled, with the reason.</summary>
    private protected abstract void CompleteStopped(Exception? inner);

    private protected WorkStoppedException Stopped(Exception? inner) =>
        new($"The work '{Name}' was stopped: {Given.Sentence(Reason!)}", Reason!, inner, Token);

    /// <summary>Calls the links until there are none left; the task is complete.</summary>
    private protected void RunLinks()
    {
        while (true)
        {
            Action<SpawnedWork> next;
            using (_gate.EnterScope())
            {
                if (_links?.First is not { } first)
                {
                    _linksAreDone = true;
                    _links = null;
                    break;
                }

                _links.RemoveFirst();
                next = first.Value;
            }

            Call(next);
        }

        Owner.OnSettled(this);
    }

    private void Call(Action<SpawnedWork> link)
    {
        try
        {
            link(this);
        }
        catch (Exception error)
        {
            Owner.Report(this, error, "A link");
        }
    }
}
