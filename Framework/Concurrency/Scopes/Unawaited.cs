using Concurrency.Diagnostics;
using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Sees to it that work which nobody waits for any more does not fail in silence.</summary>
internal static class Unawaited
{
    public static void Observe(IEnumerable<Task> tasks, string where, ILogger logger)
    {
        foreach (var task in tasks)
        {
            Observe(task, where, logger);
        }
    }

    public static void Observe(Task task, string where, ILogger logger) => _ = task.ContinueWith(
        static (failed, state) =>
        {
            var (place, executor, log) = ((string, string, ILogger))state!;
            var error = failed.Exception!.InnerExceptions is [var only] ? only : failed.Exception;
            ConcurrencyEvents.Log.FailureUnseen(place, executor, error.GetType().Name, error.Message);
            log.FailedUnawaited(place, failed.Exception!);
        },
        (where, Executor.Current?.Name ?? "", logger),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
