using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>What every executor promises; the kinds differ only in the switches.</summary>
public abstract partial class ExecutorConformance
{
    /// <summary>Turns never overlap.</summary>
    protected virtual bool IsSingleThreaded => true;

    /// <summary>Work runs on the thread that posts it.</summary>
    protected virtual bool IsInline => false;

    /// <summary>Callbacks of one producer run in the order of their posts.</summary>
    protected virtual bool KeepsOrder => true;

    /// <summary>Timers of its clock are ordered and run as turns.</summary>
    protected virtual bool OwnsTimers => true;

    /// <summary>Each piece of work has a synchronization context of its own.</summary>
    protected virtual bool HasContexts => false;

    protected abstract Executor Create(ExecutorOptions? common = null);

    /// <summary>Makes an executor, runs the body off it, and disposes it.</summary>
    protected async Task With(Func<Executor, Task> body, ExecutorOptions? common = null)
    {
        var executor = Create(common);
        try
        {
            await body(executor);
        }
        finally
        {
            await executor.DisposeAsync().Within("dispose");
        }
    }

    protected static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when every callback that was posted before has run; for executors that keep order.</summary>
    protected static Task FlushAsync(Executor executor) => executor.InvokeAsync(() => { }).Within("flush");
}
