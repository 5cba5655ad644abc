using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Concurrency.Testing.Capture;

/// <summary>The queues of the thread pool, as this version of .NET has them.</summary>
/// <remarks>They are not public: <see cref="Find"/> looks whether each member is there and is what it must be.</remarks>
internal sealed class PoolQueues
{
    private const BindingFlags Hidden = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    private readonly ConcurrentQueue<object>[] _queues;

    private PoolQueues(ConcurrentQueue<object>[] queues) => _queues = queues;

    /// <summary>Finds the queues.</summary>
    /// <param name="difference">What is not as expected; null if all is.</param>
    /// <returns>The queues, or null.</returns>
    [DynamicDependency("workItems", "System.Threading.ThreadPoolWorkQueue", "System.Private.CoreLib")]
    [DynamicDependency("highPriorityWorkItems", "System.Threading.ThreadPoolWorkQueue", "System.Private.CoreLib")]
    [DynamicDependency("lowPriorityWorkItems", "System.Threading.ThreadPoolWorkQueue", "System.Private.CoreLib")]
    [DynamicDependency("_assignableWorkItemQueues", "System.Threading.ThreadPoolWorkQueue", "System.Private.CoreLib")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "DynamicDependency keeps the fields, and without them the capture is refused.")]
    public static PoolQueues? Find(out string? difference)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            difference = "the program is compiled ahead of time";
            return null;
        }

        difference = "Task.ExecuteFromThreadPool(Thread) is missing";
        if (typeof(Task).GetMethod("ExecuteFromThreadPool", BindingFlags.NonPublic | BindingFlags.Instance, [typeof(Thread)]) is null)
        {
            return null;
        }

        difference = "ThreadPool.s_workQueue is missing";
        if (typeof(ThreadPool).GetField("s_workQueue", BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) is not { } root)
        {
            return null;
        }

        return FindIn(root, out difference);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "DynamicDependency of the caller keeps the fields, and without them the capture is refused.")]
    private static PoolQueues? FindIn(object root, out string? difference)
    {
        // In the order in which the pool looks at them.
        var queues = new List<ConcurrentQueue<object>>();
        foreach (var name in (string[])["highPriorityWorkItems", "workItems", "lowPriorityWorkItems"])
        {
            difference = $"the field '{name}' of the pool's queue is missing or is not a ConcurrentQueue<object>";
            if (root.GetType().GetField(name, Hidden) is not { } one || one.FieldType != typeof(ConcurrentQueue<object>))
            {
                return null;
            }

            // Null where this process does not use it.
            if (one.GetValue(root) is ConcurrentQueue<object> queue)
            {
                queues.Add(queue);
            }
        }

        difference = "the field '_assignableWorkItemQueues' of the pool's queue is missing or is not an array of ConcurrentQueue<object>";
        if (root.GetType().GetField("_assignableWorkItemQueues", Hidden) is not { } field || field.FieldType != typeof(ConcurrentQueue<object>[]))
        {
            return null;
        }

        difference = null;
        return new PoolQueues([.. queues, .. field.GetValue(root) as ConcurrentQueue<object>[] ?? []]);
    }

    /// <summary>Takes the next item.</summary>
    public bool TryTake([NotNullWhen(true)] out object? item)
    {
        foreach (var queue in _queues)
        {
            if (queue.TryDequeue(out item))
            {
                return true;
            }
        }

        item = null;
        return false;
    }

    /// <summary>Runs an item on the calling thread, as a worker of the pool would.</summary>
    public static void Run(object item)
    {
        if (item is Task task)
        {
            Execute(task, Thread.CurrentThread);
        }
        else
        {
            ((IThreadPoolWorkItem)item).Execute();
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteFromThreadPool")]
    private static extern void Execute(Task task, Thread thread);
}
