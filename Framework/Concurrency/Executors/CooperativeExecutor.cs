using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One thread on which many components take turns: an event loop.</summary>
/// <remarks>
/// For I/O and for components that share state without locks. A turn that blocks or takes long holds up all the others:
/// blocking waits and long turns are reported (see <see cref="ExecutorOptions.OnBlocking"/>, <see cref="ExecutorOptions.LongTurnLimit"/>).
/// The constructor starts a background thread; <see cref="Run(Func{CancellationToken, Task}, CooperativeExecutorOptions?, CancellationToken)"/>
/// uses the calling thread instead.
/// </remarks>
public sealed class CooperativeExecutor : SingleThreadExecutor
{
    private readonly CooperativeExecutorOptions _options;

    /// <summary>Starts a cooperative executor on a background thread of its own.</summary>
    /// <param name="name">Shown in statistics, thread names and messages; not empty.</param>
    public CooperativeExecutor(string name)
        : this(new CooperativeExecutorOptions { Name = name })
    {
    }

    /// <summary>Starts a cooperative executor on a background thread of its own.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CooperativeExecutor(CooperativeExecutorOptions options)
        : this(options, ownThread: true)
    {
    }

    private CooperativeExecutor(CooperativeExecutorOptions options, bool ownThread)
        : base(Checked(options), new LoopSettings(options.Portable, options.SpinBeforeSleep, options.Quantum, options.RejectAtBacklog))
    {
        _options = options;
        if (ownThread)
        {
            StartThread(stackSize: 0, prepare: null);
        }
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.Cooperative;

    /// <summary>Runs an asynchronous program on the calling thread and returns when it has ended.</summary>
    /// <param name="main">The program. When it ends, what it has started on the executor is cancelled and has <see cref="ExecutorOptions.ShutdownTimeout"/> to finish; what fails meanwhile goes to <see cref="ExecutorOptions.OnUnhandledException"/>, or to the log.</param>
    /// <param name="options">Options of the executor that runs it.</param>
    /// <param name="cancellationToken">Passed on to <paramref name="main"/>.</param>
    /// <exception cref="InvalidOperationException">The calling thread runs a turn of an executor already.</exception>
    public static void Run(
        Func<CancellationToken, Task> main, CooperativeExecutorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        _ = RunCore(WithoutResult.Of(main), options, cancellationToken);
    }

    /// <summary>Runs an asynchronous program on the calling thread and returns its result.</summary>
    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, CooperativeExecutorOptions?, CancellationToken)"/>
    public static T Run<T>(
        Func<CancellationToken, Task<T>> main, CooperativeExecutorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        return RunCore(main, options, cancellationToken);
    }

    /// <summary>Makes an executor that has no thread until somebody lends it one.</summary>
    internal static CooperativeExecutor ForCaller(CooperativeExecutorOptions? options) =>
        new(options ?? new CooperativeExecutorOptions { Name = "main" }, ownThread: false);

    /// <summary>Runs a program on the calling thread, and leaves the executor alive.</summary>
    /// <param name="context">What the program sees of AsyncLocal values.</param>
    /// <param name="main">The program.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    internal T RunOnCaller<T>(ExecutionContext context, Func<CancellationToken, Task<T>> main, CancellationToken cancellationToken)
    {
        Task<T> program = null!;
        ExecutionContext.Run(
            context,
            _ => program = RunAsync(stopping => RunMainAsync(main, end: null, cancellationToken, stopping), CancellationToken.None),
            null);
        using (HomeContext.Enter())
        {
            RunLoop(program);
        }

#pragma warning disable VSTHRD002 // the task has completed
        return program.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Cancels what is left, runs it to its end on the calling thread, and ends the executor.</summary>
    internal void EndOnCaller()
    {
        BeginEnd();
        using (HomeContext.Enter())
        {
            RunLoop();
        }

        CompleteEnd();
    }

    private void BeginEnd() => _ = DisposeAsync().AsTask();

    private static T RunCore<T>(Func<CancellationToken, Task<T>> main, CooperativeExecutorOptions? options, CancellationToken cancellationToken)
    {
        if (Current is { } current)
        {
            throw new InvalidOperationException(
                $"CooperativeExecutor.Run was called from a turn of the {current}, which it would block. Await the work, or use RunAsync of an executor.");
        }

        var executor = ForCaller(options);
        var program = executor.RunAsync(
            stopping => RunMainAsync(main, executor.BeginEnd, cancellationToken, stopping), CancellationToken.None);

        // Its result is read after the executor has ended; until then this awaits it.
        _ = program.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        using (HomeContext.Enter())
        {
            executor.RunLoop();
        }

        executor.CompleteEnd();
#pragma warning disable VSTHRD002 // the loop ends after the program
        return program.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static async Task<T> RunMainAsync<T>(
        Func<CancellationToken, Task<T>> main, Action? end, CancellationToken cancellationToken, CancellationToken stopping)
    {
        var linked = new LinkedCancellation(cancellationToken, stopping);
        try
        {
            linked.Token.ThrowIfCancellationRequested();
            return await Given.Task(main(linked.Token), "CooperativeExecutor.Run").ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            linked.Unlink();
            end?.Invoke();
        }
    }

    private static CooperativeExecutorOptions Checked(CooperativeExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        return options;
    }
}
