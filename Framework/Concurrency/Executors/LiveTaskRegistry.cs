using System.Collections.Concurrent;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Holds every live root task strongly from its creation to its end.</summary>
internal sealed class LiveTaskRegistry : RootTaskWatch
{
    // Tells which task's code a thread runs: .NET announces every change of a context's value, on the thread that changes.
    private static readonly AsyncLocal<LiveTask?> s_running = new(OnSwitch);
    private static long s_lastId;

    private readonly ConcurrentDictionary<IRootTask, LiveTask> _tasks = new(ReferenceEqualityComparer.Instance as IEqualityComparer<IRootTask>);

    /// <summary>The task whose code the calling thread runs.</summary>
    public static LiveTask? Running => s_running.Value is { State: not LiveTaskState.Ended } task ? task : null;

    /// <summary>Whether tasks that are created from now on get their stack.</summary>
    public bool RecordsStacks { get; set; }

    /// <summary>The live tasks in the order of their creation.</summary>
    public IReadOnlyList<LiveTask> All
    {
        get
        {
            var tasks = new List<LiveTask>();
            foreach (var (_, task) in _tasks)
            {
                tasks.Add(task);
            }

            tasks.Sort(static (one, other) => one.Id.CompareTo(other.Id));
            return tasks;
        }
    }

    /// <summary>The live tasks for a snapshot.</summary>
    public IEnumerable<ILiveObject> Objects() => All;

    public override void Created(IRootTask root, Executor executor)
    {
        var task = new LiveTask(
            Interlocked.Increment(ref s_lastId), root, executor, s_running.Value, RecordsStacks ? CreationStack.Capture() : null);
        _tasks[root] = task;
        ConcurrencyEvents.Log.TaskStarted(task.Id, task.Name, executor.Name);
    }

    public override object? Entered(IRootTask root)
    {
        var outer = s_running.Value;
        if (_tasks.TryGetValue(root, out var task))
        {
            task.Start();
            s_running.Value = task;
        }

        return outer;
    }

    public override void Left(object? outer) => s_running.Value = (LiveTask?)outer;

    public override void Ended(IRootTask root)
    {
        if (_tasks.TryRemove(root, out var task))
        {
            ConcurrencyEvents.Log.TaskEnded(task.Id);
        }
    }

    public override string? CreationStackOf(IRootTask root) => _tasks.TryGetValue(root, out var task) ? task.CreationStack : null;

    private static void OnSwitch(AsyncLocalValueChangedArgs<LiveTask?> change)
    {
        if (change.PreviousValue is { } left)
        {
            left.Suspended();
            ConcurrencyEvents.Log.TaskSuspended(left.Id);
        }

        if (change.CurrentValue is { } taken)
        {
            taken.Resumed();
            ConcurrencyEvents.Log.TaskResumed(taken.Id);
        }
    }
}
