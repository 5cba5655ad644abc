using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Sees to it that work which nobody waits for any more does not fail in silence.</summary>
internal static class Unawaited
{
    /// <summary>Tells of the failure of a task, if it fails; that it is cancelled is none.</summary>
    /// <param name="task">The task.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="tell">Receives the name of the executor that is current now, and the failure. It must not throw.</param>
    /// <param name="onPool">Whether it is told on the .NET thread pool, because it is the user's; otherwise by whoever completes the task.</param>
    public static void Observe(Task task, string name, Action<string?, Exception> tell, bool onPool = false)
    {
        var executor = Executor.Current?.Name;
        _ = task.ContinueWith(
            failed =>
            {
                var all = failed.Exception!;
                var error = all.InnerExceptions is [var only] ? only : all;
                ConcurrencyEvents.Log.FailureUnseen(name, executor ?? "", error.GetType().Name, error.Message);
                tell(executor, error);
            },
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | (onPool ? TaskContinuationOptions.None : TaskContinuationOptions.ExecuteSynchronously),
            TaskScheduler.Default);
    }
}
