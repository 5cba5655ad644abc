using Concurrency.Execution;

namespace Concurrency.TestSupport;

/// <summary>The one real-time bound of a test: far above what the step needs, and it names the step that hung.</summary>
public static class Guard
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task Within(this Task task, string phase)
    {
        if (Executor.Current?.Kind == ExecutorKind.Simulated)
        {
            // A simulation has no real time, and finds what hangs itself.
            await task;
            return;
        }

        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Hung for {Limit.TotalSeconds:0} s in phase: {phase}.");
        }
    }

    public static async Task<T> Within<T>(this Task<T> task, string phase)
    {
        await ((Task)task).Within(phase);
        return await task;
    }

    public static Task Within(this ValueTask task, string phase) => task.AsTask().Within(phase);

    public static Task<T> Within<T>(this ValueTask<T> task, string phase) => task.AsTask().Within(phase);
}
