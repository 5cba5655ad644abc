using System.Diagnostics;
using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A value that is made asynchronously, once, when somebody first asks for it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// The factory never runs under a lock, and never twice at the same time. It must not await the value that it makes.
/// All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Id = {Id}, IsStarted = {IsStarted}")]
public sealed class AsyncLazy<T>
{
    private readonly Func<Task<T>> _factory;
    private readonly Executor? _executor;
    private readonly AsyncLazyFlags _flags;
    private TaskCompletionSource<T>? _promise;
    private int _id;

    /// <summary>Makes a lazy value.</summary>
    /// <param name="factory">Makes the value.</param>
    /// <param name="flags">Where the factory runs, and what a failure means.</param>
    public AsyncLazy(Func<Task<T>> factory, AsyncLazyFlags flags = AsyncLazyFlags.None)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        _flags = flags;
    }

    /// <summary>Makes a lazy value whose factory runs on an executor.</summary>
    /// <param name="factory">Makes the value.</param>
    /// <param name="executor">Runs the factory, whoever asks.</param>
    /// <param name="flags">What a failure means.</param>
    /// <exception cref="ArgumentException">The flags name another place to run.</exception>
    public AsyncLazy(Func<Task<T>> factory, Executor executor, AsyncLazyFlags flags = AsyncLazyFlags.None)
        : this(factory, flags)
    {
        ArgumentNullException.ThrowIfNull(executor);
        if (flags.HasFlag(AsyncLazyFlags.ExecuteOnCallingThread))
        {
            throw new ArgumentException(
                $"The factory was to run on the {executor} and on the calling thread. Leave one of them out.", nameof(flags));
        }

        _executor = executor;
    }

    /// <summary>A number that tells this value from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncLazy<object>>.Get(ref _id);

    /// <summary>Whether somebody has asked for the value, and its making has not failed in a way that is to be retried.</summary>
    public bool IsStarted => Volatile.Read(ref _promise) is not null;

    /// <summary>Asks for the value, and starts to make it if nobody has asked before.</summary>
    public Task<T> Task
    {
        get
        {
            Interleaving.Touch(OperationKind.Write, this);
            if (Volatile.Read(ref _promise) is { } known)
            {
                return known.Task;
            }

            var mine = new TaskCompletionSource<T>(Interleaving.CompletionOptions);
            if (Interlocked.CompareExchange(ref _promise, mine, null) is { } other)
            {
                return other.Task;
            }

            Make(mine);
            return mine.Task;
        }
    }

    /// <summary>Starts to make the value if nobody has asked for it before.</summary>
    public void Start() => _ = Task;

    /// <summary>Called by <c>await</c>.</summary>
    public TaskAwaiter<T> GetAwaiter() => Task.GetAwaiter();

    /// <summary>Says whether the code after the <c>await</c> returns to the caller's context; on an executor it always does.</summary>
    public ConfiguredTaskAwaitable<T> ConfigureAwait(bool continueOnCapturedContext) =>
        Task.ConfigureAwait(continueOnCapturedContext || Executor.Current is not null);

    private void Make(TaskCompletionSource<T> promise)
    {
        Task<T> made;
        try
        {
            made = RunFactory();
        }
        catch (Exception error)
        {
            made = System.Threading.Tasks.Task.FromException<T>(error);
        }

        if (made.IsCompleted)
        {
            Complete(promise, made);
            return;
        }

        made.ContinueWith(
            (made, promise) => Complete((TaskCompletionSource<T>)promise!, made),
            promise,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task<T> RunFactory()
    {
        var executor = _executor ?? (Interleaving.Applies && !_flags.HasFlag(AsyncLazyFlags.ExecuteOnCallingThread) ? Executor.Current : null);
        if (executor is not null)
        {
            return executor.RunAsync(_ => _factory());
        }

        return _flags.HasFlag(AsyncLazyFlags.ExecuteOnCallingThread)
            ? _factory()
            : System.Threading.Tasks.Task.Factory
                .StartNew(_factory, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
    }

    private void Complete(TaskCompletionSource<T> promise, Task<T> made)
    {
        if (!made.IsCompletedSuccessfully && _flags.HasFlag(AsyncLazyFlags.RetryOnFailure))
        {
            // Before the failure is seen: whoever sees it and asks again gets a new attempt.
            Volatile.Write(ref _promise, null);
        }

        Interleaving.Touch(OperationKind.Signal, this);
        promise.TrySetFromTask(made);
    }
}
