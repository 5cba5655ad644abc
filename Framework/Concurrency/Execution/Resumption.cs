using System.Threading.Tasks.Sources;

namespace Concurrency.Execution;

/// <summary>Where the code after an <c>await</c> is to run, and how it gets there.</summary>
/// <remarks>
/// A continuation is always posted, never run inside the call that completes it: a turn of the writer is not interrupted by a
/// turn of its reader, and no stack can grow by readers that write and writers that read.
/// </remarks>
internal static class Resumption
{
    private static readonly SendOrPostCallback s_runPair = static state =>
    {
        var pair = (Tuple<Action<object?>, object?>)state!;
        pair.Item1(pair.Item2);
    };

    /// <summary>Captures the place to which the calling code returns: its executor whatever the flags say, else its context if asked.</summary>
    /// <returns>An executor, a synchronization context, a task scheduler, or null for the thread pool.</returns>
    public static object? Capture(ValueTaskSourceOnCompletedFlags flags)
    {
        if (Executor.Current is { } executor)
        {
            return executor.Home;
        }

        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) == 0)
        {
            return null;
        }

        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        {
            return context;
        }

        var scheduler = TaskScheduler.Current;
        return ReferenceEquals(scheduler, TaskScheduler.Default) ? null : scheduler;
    }

    /// <summary>Queues a continuation to a captured place.</summary>
    /// <param name="target">What <see cref="Capture"/> returned.</param>
    /// <param name="context">The ExecutionContext to run under, or null to run without one.</param>
    /// <param name="continuation">The code to run.</param>
    /// <param name="state">Its argument.</param>
    public static void Post(object? target, ExecutionContext? context, Action<object?> continuation, object? state)
    {
        if (context is not null)
        {
            state = new ContextWork(continuation, state, context);
            continuation = static work => ((ContextWork)work!).Execute();
        }

        switch (target)
        {
            case null:
                ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: false);
                break;
            case Executor executor:
                executor.Resume(new ExecutorWork(continuation, state));
                break;
            case ExecutorSynchronizationContext home:
                home.Resume(new ExecutorWork(continuation, state));
                break;
            case SynchronizationContext synchronization:
#pragma warning disable VSTHRD001 // this is the awaitable that brings awaiting code back to its context
                synchronization.Post(s_runPair, Tuple.Create(continuation, state));
#pragma warning restore VSTHRD001
                break;
            default:
                _ = Task.Factory.StartNew(
                    continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, (TaskScheduler)target);
                break;
        }
    }
}
