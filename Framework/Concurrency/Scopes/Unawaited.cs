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
            var (place, log) = ((string, ILogger))state!;
            log.FailedUnawaited(place, failed.Exception!);
        },
        (where, logger),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
