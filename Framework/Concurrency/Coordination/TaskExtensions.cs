using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Ways to wait for tasks.</summary>
public static class TaskExtensions
{
    /// <summary>Waits for a task until a token is cancelled; the task itself goes on.</summary>
    public static Task WaitAsync(this Task @this, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(@this);
        return @this.WaitAsync(cancellationToken);
    }

    /// <inheritdoc cref="WaitAsync(Task, CancellationToken)"/>
    public static Task<TResult> WaitAsync<TResult>(this Task<TResult> @this, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(@this);
        return @this.WaitAsync(cancellationToken);
    }

    /// <summary>Completes with the first of the tasks that ends, whatever its outcome.</summary>
    public static Task<Task> WhenAny(this IEnumerable<Task> @this) => Task.WhenAny(@this);

    /// <summary>Completes with the first of the tasks that ends, whatever its outcome, unless a token is cancelled before.</summary>
    public static Task<Task> WhenAny(this IEnumerable<Task> @this, CancellationToken cancellationToken) =>
        Task.WhenAny(@this).WaitAsync(cancellationToken);

    /// <summary>Completes with the first of the tasks that ends, whatever its outcome.</summary>
    public static Task<Task<TResult>> WhenAny<TResult>(this IEnumerable<Task<TResult>> @this) => Task.WhenAny(@this);

    /// <summary>Completes with the first of the tasks that ends, whatever its outcome, unless a token is cancelled before.</summary>
    public static Task<Task<TResult>> WhenAny<TResult>(this IEnumerable<Task<TResult>> @this, CancellationToken cancellationToken) =>
        Task.WhenAny(@this).WaitAsync(cancellationToken);

    /// <summary>Completes when all of the tasks have ended.</summary>
    public static Task WhenAll(this IEnumerable<Task> @this) => Task.WhenAll(@this);

    /// <summary>Completes with the results of the tasks, in their order, when all of them have ended.</summary>
    public static Task<TResult[]> WhenAll<TResult>(this IEnumerable<Task<TResult>> @this) => Task.WhenAll(@this);

    /// <summary>Makes as many tasks, of which the first ends as the first of the given ones does, and so on.</summary>
    public static List<Task<T>> OrderByCompletion<T>(this IEnumerable<Task<T>> @this)
    {
        ArgumentNullException.ThrowIfNull(@this);
        return Order(
                @this.ToArray(),
                static () => new TaskCompletionSource<T>(Interleaving.CompletionOptions),
                static (promise, ended) => promise.TrySetFromTask(ended))
            .ConvertAll(static promise => promise.Task);
    }

    /// <inheritdoc cref="OrderByCompletion{T}(IEnumerable{Task{T}})"/>
    public static List<Task> OrderByCompletion(this IEnumerable<Task> @this)
    {
        ArgumentNullException.ThrowIfNull(@this);
        return Order(
                @this.ToArray(),
                static () => new TaskCompletionSource(Interleaving.CompletionOptions),
                static (promise, ended) => promise.TrySetFromTask(ended))
            .ConvertAll(static promise => promise.Task);
    }

    /// <summary>Says that nobody is interested in how the task ends, its failure included.</summary>
    public static void Ignore(this Task @this)
    {
        ArgumentNullException.ThrowIfNull(@this);
        @this.ContinueWith(
            static ended => _ = ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
    }

    /// <inheritdoc cref="Ignore(Task)"/>
    public static void Ignore<T>(this Task<T> @this) => Ignore((Task)@this);

    /// <summary>Blocks the calling thread until the task has ended, and throws its failure as it is.</summary>
    public static void WaitAndUnwrapException(this Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        BlockingWait.For(task);
    }

    /// <inheritdoc cref="WaitAndUnwrapException(Task)"/>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="OperationCanceledException">The token or the task was cancelled.</exception>
    public static void WaitAndUnwrapException(this Task task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        BlockingWait.ForOrUntil(task, cancellationToken);
    }

    /// <summary>Blocks the calling thread until the task has ended, and returns its result or throws its failure as it is.</summary>
    public static TResult WaitAndUnwrapException<TResult>(this Task<TResult> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return BlockingWait.For(task);
    }

    /// <inheritdoc cref="WaitAndUnwrapException{TResult}(Task{TResult})"/>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="OperationCanceledException">The token or the task was cancelled.</exception>
    public static TResult WaitAndUnwrapException<TResult>(this Task<TResult> task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return BlockingWait.For(task.WaitAsync(cancellationToken));
    }

    /// <summary>Blocks the calling thread until the task has ended, whatever its outcome.</summary>
    public static void WaitWithoutException(this Task task) => WaitWithoutException(task, CancellationToken.None);

    /// <inheritdoc cref="WaitWithoutException(Task)"/>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the task had ended.</exception>
    public static void WaitWithoutException(this Task task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        BlockingWait.ForEnd(task, cancellationToken);
    }

    private static List<TPromise> Order<TTask, TPromise>(TTask[] tasks, Func<TPromise> make, Action<TPromise, TTask> complete)
        where TTask : Task
    {
        var promises = new List<TPromise>(tasks.Length);
        for (var i = 0; i < tasks.Length; i++)
        {
            promises.Add(make());
        }

        var ended = -1;
        foreach (var task in tasks)
        {
            task.ContinueWith(
                task => complete(promises[Interlocked.Increment(ref ended)], (TTask)task),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }

        return promises;
    }
}
