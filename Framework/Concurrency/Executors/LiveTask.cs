using System.Globalization;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>A piece of work that <c>RunAsync</c> or <c>InvokeAsync</c> of an executor started, while <see cref="TaskTracking"/> is on.</summary>
/// <remarks>All members are safe to read from any thread.</remarks>
public sealed class LiveTask : ILiveObject
{
    private readonly long _createdAt;
    private int _threads;
    private volatile bool _hasStarted;

    internal LiveTask(long id, IRootTask root, Executor executor, LiveTask? startedBy, string? creationStack)
    {
        Id = id;
        Name = WorkDescription.NameOf(root);
        Task = root.Promise;
        Executor = executor;
        StartedBy = startedBy?.Id;
        CreationStack = creationStack;
        _createdAt = executor.TimeProvider.GetTimestamp();
    }

    /// <summary>A number that no other tracked task of this process has; 1 or more.</summary>
    public long Id { get; }

    /// <summary>The name that it was given (by a scope, a pool, or <see cref="NamedWorkExtensions"/>), or else that of the method.</summary>
    public string Name { get; }

    /// <summary>The executor that it was started on.</summary>
    public Executor Executor { get; }

    /// <summary>What the caller got.</summary>
    public Task Task { get; }

    /// <summary>The <see cref="Id"/> of the tracked task that started it; null if there is none.</summary>
    public long? StartedBy { get; }

    /// <summary>The stack that started it, innermost frame first; null unless stacks are recorded.</summary>
    public string? CreationStack { get; }

    /// <summary>The time since it was started, on its executor's clock.</summary>
    public TimeSpan Age => Executor.TimeProvider.GetElapsedTime(_createdAt);

    /// <summary>What it is doing at this moment.</summary>
    public LiveTaskState State =>
        Task.IsCompleted ? LiveTaskState.Ended
        : Volatile.Read(ref _threads) > 0 ? LiveTaskState.Running
        : _hasStarted ? LiveTaskState.Awaiting
        : LiveTaskState.Queued;

    string ILiveObject.Kind => "task";

    ILiveObject? ILiveObject.Parent => Executor.Presence as ILiveObject;

    /// <inheritdoc/>
    public override string ToString() => $"task {Id} '{Name}' on {Executor.Name}: {State}";

    void ILiveObject.Describe(LiveDetails details)
    {
        details.Add("id", Id);
        details.Add("state", State.ToString().ToLowerInvariant());
        details.Add("age", Age.ToString("c", CultureInfo.InvariantCulture));
        details.Add("executor", Executor.Name);
        if (StartedBy is { } starter)
        {
            details.Add("started-by", starter);
        }

        if (CreationStack is not null)
        {
            details.Add("created", CreationStack);
        }
    }

    /// <summary>The first turn begins; the task is running from here on although its context came first.</summary>
    internal void Start() => _hasStarted = true;

    /// <summary>A thread has taken up the task's context.</summary>
    internal void Resumed() => Interlocked.Increment(ref _threads);

    /// <summary>A thread has put the task's context down.</summary>
    internal void Suspended() => Interlocked.Decrement(ref _threads);
}
