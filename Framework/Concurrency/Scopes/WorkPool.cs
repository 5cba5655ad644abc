using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Runs work, so much at a time and no more: who has more to give waits until a slot is free.</summary>
/// <remarks>
/// <para>Slots go to those who wait in the order in which they came. Work that itself spawns into its full pool does not wait
/// for a slot, which might be its own: the new work runs inside it, before the spawn returns. A member is recognised by its
/// ExecutionContext: code that the work has started without that is not a member, and code that it has left behind stops to be
/// one when the work ends.</para>
/// <para>Nothing is lost: a failure is in the task of the work; if nobody asks for that until the pool is stopped, or nobody
/// can, it is logged, counted in <see cref="Failures"/> and given to <see cref="WorkPoolOptions.OnFailure"/>.</para>
/// <para>Stop the pool or dispose it when it is not needed any more. Members are safe to call from any thread.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late Cancel must find it alive.")]
public sealed class WorkPool : IAsyncDisposable, ILiveObject, IInterleaved
{
    private const int ShownWork = 100;

    private readonly WorkPoolOptions _options;
    private readonly Executor? _executor;
    private readonly TimeProvider _clock;
    private readonly PoolMembers _members;
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _made;
    private string? _reason;

    /// <summary>Makes a pool.</summary>
    /// <param name="size">How much work may run at the same time, 0 or more; with 0 every spawn waits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public WorkPool(int size)
        : this(new WorkPoolOptions { Size = size })
    {
    }

    /// <summary>Makes a pool.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public WorkPool(WorkPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _executor = options.Executor ?? Executor.Current;
        _clock = options.TimeProvider ?? _executor?.TimeProvider ?? TimeProvider.System;
        _made = _clock.GetTimestamp();
        _members = new PoolMembers(this, options);
        Slots = new PoolSlots(options.Size);
        Parent = TaskScope.Current;
        LiveObjects.Add(this);
    }

    /// <summary>The name given in the options.</summary>
    public string Name => _options.Name;

    /// <summary>The scope in which the pool was made: a snapshot shows it there; null for none.</summary>
    public TaskScope? Parent { get; }

    /// <summary>How much work may run at the same time.</summary>
    public int Size => Slots.Size;

    /// <summary>How many slots are in use at this moment.</summary>
    public int Running => Slots.Running;

    /// <summary>How many slots are free at this moment; negative after the pool was made smaller than what runs.</summary>
    public int Free => Slots.Free;

    /// <summary>How many spawners wait for a slot at this moment.</summary>
    public int Waiting => Slots.Waiting;

    /// <summary>How many failures have reached no caller so far.</summary>
    public long Failures => _members.Failures;

    /// <summary>Why the pool was stopped; null as long as it was not.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    string ILiveObject.Kind => "pool";

    ILiveObject? ILiveObject.Parent => Parent;

    internal PoolSlots Slots { get; }

    internal Executor? Home => _executor;

    /// <summary>Is cancelled when the pool is: for work in its slots that it does not know one by one.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Waits for a slot and starts work in it.</summary>
    /// <param name="name">Names the work in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the work or the pool is told to stop.</param>
    /// <param name="cancellationToken">Ends the wait for a slot; the work does not run then. It is not passed to the work.</param>
    /// <returns>The running work; called by a member of the full pool, the work after it has ended.</returns>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public ValueTask<SpawnedWork> SpawnAsync(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return BeginWhenFreeAsync<SpawnedWork>(Make(name, WithoutResult.Of(work)), cancellationToken);
    }

    /// <summary>Waits for a slot and starts work in it that has a result.</summary>
    /// <inheritdoc cref="SpawnAsync(string, Func{CancellationToken, Task}, CancellationToken)"/>
    public ValueTask<SpawnedWork<T>> SpawnAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return BeginWhenFreeAsync(Make(name, work), cancellationToken);
    }

    /// <summary>Waits for a slot and starts work in it whose end nobody awaits: its failure goes to the logger and <see cref="WorkPoolOptions.OnFailure"/>.</summary>
    /// <inheritdoc cref="SpawnAsync(string, Func{CancellationToken, Task}, CancellationToken)"/>
    /// <returns>Completes when the work has started; called by a member of the full pool, when it has ended.</returns>
    public ValueTask LaunchAsync(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var begun = BeginWhenFreeAsync<SpawnedWork>(Make(name, WithoutResult.Of(work), isLaunched: true), cancellationToken);
        return begun.IsCompletedSuccessfully ? default : new ValueTask(begun.AsTask());
    }

    /// <summary>Starts work if a slot is free and nobody waits for it.</summary>
    /// <param name="name">Names the work in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the work or the pool is told to stop.</param>
    /// <param name="spawned">The running work.</param>
    /// <returns>False if no slot is free; a member is treated as anybody else.</returns>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public bool TrySpawn(string name, Func<CancellationToken, Task> work, [NotNullWhen(true)] out SpawnedWork? spawned)
    {
        ArgumentNullException.ThrowIfNull(work);
        var made = Make(name, WithoutResult.Of(work));
        ThrowIfStopped(made);
        spawned = Slots.TryTake() ? Begin(made) : null;
        return spawned is not null;
    }

    /// <inheritdoc cref="TrySpawn(string, Func{CancellationToken, Task}, out SpawnedWork?)"/>
    public bool TrySpawn<T>(string name, Func<CancellationToken, Task<T>> work, [NotNullWhen(true)] out SpawnedWork<T>? spawned)
    {
        ArgumentNullException.ThrowIfNull(work);
        var made = Make(name, work);
        ThrowIfStopped(made);
        spawned = Slots.TryTake() ? Begin(made) : null;
        return spawned is not null;
    }

    /// <summary>Starts work in a slot after a time; it waits for a slot then, in line with the others.</summary>
    /// <param name="delay">0 to 36,500 days.</param>
    /// <param name="name">Names the work in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the work or the pool is told to stop.</param>
    /// <returns>The work. It can be cancelled until it runs; stopping the pool does that.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative or too long.</exception>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public SpawnedWork SpawnAfter(TimeSpan delay, string name, Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var spawned = Make(name, WithoutResult.Of(work));
        ThrowIfStopped(spawned);
        var timer = new LongTimer(delay, _clock, () => _ = StartWhenFreeAsync(spawned));
        spawned.Before = timer;
        _members.Add(spawned);
        timer.Start();
        return spawned;
    }

    /// <summary>Makes the pool larger or smaller while it works: those who wait start at once if there is room now; nothing that runs is ended.</summary>
    /// <param name="size">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public void Resize(int size)
    {
        PoolSlots.CheckSize(Name, size);
        Slots.Resize(size);
        Resized?.Invoke();
    }

    /// <summary>Waits until nothing runs and nobody waits for a slot; the pool stays open.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The caller is a member of the pool: it would wait for itself.</exception>
    public Task WaitAllAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfMember("wait until the pool is idle");
        return Slots.WaitIdleAsync(cancellationToken);
    }

    /// <summary>Waits until nothing runs and nobody waits for a slot, but not longer than a time; the pool stays open.</summary>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>Whether that came true in time; what still runs is left alone.</returns>
    /// <exception cref="InvalidOperationException">The caller is a member of the pool: it would wait for itself.</exception>
    public async Task<bool> WaitAllAsync(TimeSpan timeout)
    {
        ThrowIfMember("wait until the pool is idle");
        using var limit = new TimeLimit(timeout, _clock, CancellationToken.None);
        var idle = Slots.WaitIdleAsync(limit.Over);
        await TaskEnd.OfAsync(idle).ConfigureAwait(Executor.Current is not null);
        return idle.IsCompletedSuccessfully;
    }

    /// <summary>Refuses new work from now on and tells all of it to stop; does not wait.</summary>
    /// <param name="reason">Why, as a sentence; only the first reason counts.</param>
    public void Cancel(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return;
        }

        Slots.Shut(() => Refusal("work"));
        foreach (var work in _members.Shut())
        {
            work.RequestStop($"the pool '{Name}' was stopped: {Given.Sentence(reason)}");
        }

        _stopping.Cancel();
    }

    /// <summary>Refuses new work from now on, tells all of it to stop, and waits until it has really ended.</summary>
    /// <param name="reason">Why, as a sentence; only the first reason counts.</param>
    /// <exception cref="InvalidOperationException">The caller is a member of the pool: it would wait for itself.</exception>
    public Task StopAsync(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ThrowIfMember("wait for the end of the pool, though it may call Cancel");
        Cancel(reason);
        return WaitForEndAsync();
    }

    /// <summary>Stops the pool and waits until its work has really ended; called by a member, it does not wait.</summary>
    public ValueTask DisposeAsync()
    {
        Cancel("it was disposed.");
        var ended = WaitForEndAsync();
        return WorkFrame.IsMemberOf(this) ? default : new ValueTask(ended);
    }

    /// <inheritdoc/>
    public override string ToString() => $"pool '{Name}'";

    object IInterleaved.Resource => Slots;

    void ILiveObject.Describe(LiveDetails details)
    {
        details.Add("state", Reason is null ? "open" : "stopping");
        details.Add("age", _clock.GetElapsedTime(_made).ToString("c", CultureInfo.InvariantCulture));
        details.Add("size", Size);
        details.Add("running", Running);
        details.Add("waiting", Waiting);
        details.Add("failures", Failures);
        foreach (var work in _members.Live(ShownWork))
        {
            details.AddPart("work", work.Name).Add("state", work.State.ToString());
        }
    }

    /// <summary>Is raised in the caller of <see cref="Resize"/>, when the new size holds.</summary>
    internal event Action? Resized;

    internal WorkStoppedException Refusal(string work) => new(
        $"The pool '{Name}' was stopped and cannot start '{work}': {Given.Sentence(Reason!)}", Reason!, null, new CancellationToken(canceled: true));

    private SpawnedWork<T> Make<T>(string name, Func<CancellationToken, Task<T>> work, bool isLaunched = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new SpawnedWork<T>(name, work, _members) { IsLaunched = isLaunched };
    }

    private void ThrowIfStopped(SpawnedWork work)
    {
        if (Reason is not null)
        {
            throw Refusal(work.Name);
        }
    }

    private async ValueTask<TWork> BeginWhenFreeAsync<TWork>(TWork work, CancellationToken cancellationToken)
        where TWork : SpawnedWork
    {
        ThrowIfStopped(work);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Slots.TryTake())
        {
            if (WorkFrame.IsMemberOf(this))
            {
                Slots.Borrow();
                work.IsOpen = true;
                AddOrGiveBack(work);
                await work.RunInlineAsync().ConfigureAwait(Executor.Current is not null);
                return work;
            }

            if (Slots.TakeAsync(cancellationToken) is { } slot)
            {
                await slot.ConfigureAwait(Executor.Current is not null);
            }
        }

        return Begin(work);
    }

    private TWork Begin<TWork>(TWork work)
        where TWork : SpawnedWork
    {
        work.HasSlot = true;
        work.IsOpen = true;
        AddOrGiveBack(work);
        work.Start(_executor);
        return work;
    }

    private void AddOrGiveBack(SpawnedWork work)
    {
        try
        {
            _members.Add(work);
        }
        catch (WorkStoppedException)
        {
            _members.GiveBack(work);
            throw;
        }
    }

    private async Task StartWhenFreeAsync(SpawnedWork<bool> work)
    {
        try
        {
            await work.WaitForSlotAsync(Slots).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException canceled)
        {
            work.TryDrop(canceled.Message);
            return;
        }

        // It may have been cancelled since: then it has ended without a slot.
        if (!work.TryHold())
        {
            Slots.GiveUnused();
            return;
        }

        work.Start(_executor);
    }

    private void ThrowIfMember(string what)
    {
        if (WorkFrame.IsMemberOf(this))
        {
            throw new InvalidOperationException(
                $"Work of the pool '{Name}' cannot {what}: it would wait for itself. Wait outside of the pool, or await the work that is meant.");
        }
    }

    private async Task WaitForEndAsync()
    {
        await Slots.WaitIdleAsync(CancellationToken.None).ConfigureAwait(Executor.Current is not null);
        _members.ReportUnseen();
        LiveObjects.Remove(this);
    }
}
