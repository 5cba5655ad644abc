using System.ComponentModel;
using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Runs an asynchronous program on the calling thread until its last operation has ended, <c>async void</c> methods included.</summary>
/// <remarks>
/// <para>For console programs and tests that were written against it; new programs take <c>CooperativeExecutor.Run</c>, which also
/// serves descriptors, reports what blocks it, and cancels what its main program leaves behind.</para>
/// <para>What an <c>async void</c> method or a posted callback throws comes out of <see cref="Execute"/> and ends the loop. What is posted
/// after the end runs on the .NET thread pool if it continues an <c>await</c>; a task for the <see cref="Scheduler"/> never runs then.</para>
/// <para>Inside, <see cref="Executor.Current"/> is the context's own executor. All members but <see cref="Execute"/> are safe to call
/// from any thread.</para>
/// </remarks>
[DebuggerDisplay("Id = {Id}, OperationCount = {_executor.Operations}")]
public sealed class AsyncContext : IDisposable
{
    private readonly ContextExecutor _executor = new();
    private int _hasExecuted;

    /// <summary>Makes a context whose loop does not run yet; most programs call a <c>Run</c> method instead.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public AsyncContext()
    {
        Scheduler = new ContextTaskScheduler(_executor);
        Factory = new TaskFactory(CancellationToken.None, TaskCreationOptions.HideScheduler, TaskContinuationOptions.HideScheduler, Scheduler);
        Known.Add(_executor, this);
    }

    /// <summary>The context whose loop the calling thread runs, or null.</summary>
    public static AsyncContext? Current =>
        Executor.Current is ContextExecutor executor && Known.TryGetValue(executor, out var context) ? context : null;

    /// <summary>A number that tells this context from others in logs and debuggers; that of its <see cref="Scheduler"/>.</summary>
    public int Id => Scheduler.Id;

    /// <summary>What is current in the loop; announcing an operation to it keeps the loop from ending.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public SynchronizationContext SynchronizationContext => _executor.SynchronizationContext;

    /// <summary>Runs tasks in the loop.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TaskScheduler Scheduler { get; }

    /// <summary>Starts tasks in the loop, in which the scheduler is hidden.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TaskFactory Factory { get; }

    // The executor finds its context from here, not by a reference: it may outlive it in captured continuations.
    private static System.Runtime.CompilerServices.ConditionalWeakTable<ContextExecutor, AsyncContext> Known { get; } = new();

    /// <summary>Runs a synchronous program and everything that it starts.</summary>
    /// <exception cref="Exception">What the program threw.</exception>
    public static void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var context = new AsyncContext();
        var task = context.Factory.Run(action);
        context.Execute();
        BlockingWait.For(task);
    }

    /// <summary>Runs a synchronous program and everything that it starts, and returns its result.</summary>
    /// <inheritdoc cref="Run(Action)"/>
    public static TResult Run<TResult>(Func<TResult> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var context = new AsyncContext();
        var task = context.Factory.Run(action);
        context.Execute();
        return BlockingWait.For(task);
    }

    /// <summary>Runs an asynchronous program and everything that it starts.</summary>
    /// <inheritdoc cref="Run(Action)"/>
    public static void Run(Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var context = new AsyncContext();
        var task = context.Factory.Run(action);
        context.ExecuteUntil(task);
        BlockingWait.For(task);
    }

    /// <summary>Runs an asynchronous program and everything that it starts, and returns its result.</summary>
    /// <inheritdoc cref="Run(Action)"/>
    public static TResult Run<TResult>(Func<Task<TResult>> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var context = new AsyncContext();
        var task = context.Factory.Run(action);
        context.ExecuteUntil(task);
        return BlockingWait.For(task);
    }

    /// <summary>Runs the loop on the calling thread until no operation is left; once.</summary>
    /// <exception cref="InvalidOperationException">The loop runs already, or has ended.</exception>
    /// <exception cref="Exception">What a posted callback threw.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Execute()
    {
        if (Interlocked.Exchange(ref _hasExecuted, 1) != 0)
        {
            throw new InvalidOperationException($"The loop of the AsyncContext {Id} was executed before, and runs once. Make a new AsyncContext.");
        }

        _executor.TryFinish();
        _executor.Run();
    }

    /// <summary>Ends a context whose loop was never run.</summary>
    public void Dispose() => _executor.TryFinish();

    internal bool TryBegin() => _executor.TryBegin();

    internal void End() => _executor.End();

    private void ExecuteUntil(Task program)
    {
        // The task of an asynchronous program ends later than the callback that starts it.
        _executor.TryBegin();
        program.ContinueWith(
            static (_, executor) => ((ContextExecutor)executor!).End(),
            _executor,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Execute();
    }
}
