using System.Threading.Tasks.Sources;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>A child of a scope that runs on the .NET thread pool.</summary>
/// <remarks>
/// The async method below is all there is of a child: its state machine is the child's task, the work item in the pool's queue
/// and what the user's task resumes. Anything more would show in the memory that a parked child costs.
/// </remarks>
internal static class PoolChild
{
    private static readonly Threshold s_threshold = new();

    [ThreadStatic]
    private static (Action<object?> Continuation, object? State) t_begun;

    public static Task Start(TaskScope scope, int place)
    {
        var task = RunAsync(scope, place);
        Queue(scope, place, task);
        return task;
    }

    public static Task<T> Start<T>(TaskScope scope, int place)
    {
        var task = RunAsync<T>(scope, place);
        Queue(scope, place, task);
        return task;
    }

    private static async Task RunAsync(TaskScope scope, int place)
    {
        await new ValueTask(s_threshold, 0).ConfigureAwait(Executor.Current is not null);
        try
        {
            // Both awaits use a ValueTask so that they share one field.
            await new ValueTask(Call<Task>(scope, place)).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            scope.OnChildFailed(place, error);
            throw;
        }
        finally
        {
            scope.Leave(place);
        }
    }

    private static async Task<T> RunAsync<T>(TaskScope scope, int place)
    {
        await new ValueTask(s_threshold, 0).ConfigureAwait(Executor.Current is not null);
        try
        {
            return await Call<Task<T>>(scope, place).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            scope.OnChildFailed(place, error);
            throw;
        }
        finally
        {
            scope.Leave(place);
        }
    }

    private static TTask Call<TTask>(TaskScope scope, int place)
        where TTask : Task
    {
        var cancellationToken = scope.CancellationToken;
        cancellationToken.ThrowIfCancellationRequested();
        scope.EnterFlow();
        ref var entry = ref scope.Places.At(place);
        var task = ((Func<CancellationToken, TTask>)entry.Work!)(cancellationToken) ?? throw new InvalidOperationException(
            $"The delegate of the child '{entry.Name}' returned null instead of a task. Make it async or return Task.CompletedTask.");
        scope.Places.At(place).Work = task;
        return task;
    }

    private static void Queue(TaskScope scope, int place, Task task)
    {
        // Not queued by the method itself: the task has to be in its place before the child can leave that.
        var (continuation, state) = t_begun;
        t_begun = default;
        scope.Places.Keep(place, task);
        ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
    }

    /// <summary>Where a child stops until it is queued.</summary>
    private sealed class Threshold : IValueTaskSource
    {
        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            t_begun = (continuation, state);

        public void GetResult(short token)
        {
            // The method goes on when it is told to: there is nothing to fetch.
        }
    }
}
