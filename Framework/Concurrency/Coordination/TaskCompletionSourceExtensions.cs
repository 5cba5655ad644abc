using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Ways to complete a <see cref="TaskCompletionSource{TResult}"/> as another task has ended.</summary>
public static class TaskCompletionSourceExtensions
{
    /// <summary>Completes the source as a task has ended.</summary>
    /// <returns>Whether the source was completed by this call.</returns>
    /// <exception cref="ArgumentException">The task has not ended.</exception>
    public static bool TryCompleteFromCompletedTask<TResult, TSourceResult>(
        this TaskCompletionSource<TResult> @this, Task<TSourceResult> task)
        where TSourceResult : TResult
    {
        ArgumentNullException.ThrowIfNull(task);
#pragma warning disable VSTHRD002 // only asked when the task has ended
        return @this.TryCompleteFromCompletedTask(task, () => task.Result);
#pragma warning restore VSTHRD002
    }

    /// <summary>Completes the source as a task has ended, with a result of its own if it ended well.</summary>
    /// <returns>Whether the source was completed by this call.</returns>
    /// <exception cref="ArgumentException">The task has not ended.</exception>
    public static bool TryCompleteFromCompletedTask<TResult>(this TaskCompletionSource<TResult> @this, Task task, Func<TResult> resultFunc)
    {
        ArgumentNullException.ThrowIfNull(@this);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(resultFunc);
        switch (task.Status)
        {
            case TaskStatus.RanToCompletion:
                return @this.TrySetResult(resultFunc());
            case TaskStatus.Faulted:
                return @this.TrySetException(task.Exception!.InnerExceptions);
            case TaskStatus.Canceled:
                return @this.TrySetCanceled(new TaskCanceledException(task).CancellationToken);
            default:
                throw new ArgumentException($"The task is {task.Status} and has no outcome yet. Await it before.", nameof(task));
        }
    }

    /// <summary>Completes the source as a task ends.</summary>
    /// <returns>Whether the source was completed by this call; the task's own failure if it fails.</returns>
    public static async Task<bool> LinkCompletionFromTask<TResult, TSourceResult>(
        this TaskCompletionSource<TResult> @this, Task<TSourceResult> task)
        where TSourceResult : TResult
    {
        ArgumentNullException.ThrowIfNull(task);
        var result = false;
        try
        {
            await task.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            result = TryCompleteFromCompletedTask(@this, task);
        }

        return result;
    }

    /// <summary>Makes a source whose continuations never run inside the call that completes it.</summary>
    public static TaskCompletionSource<TResult> CreateAsyncTaskSource<TResult>() => new(Interleaving.CompletionOptions);
}
