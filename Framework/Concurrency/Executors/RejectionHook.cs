using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Calls the user's rejection callback; what it throws itself is logged and changes nothing.</summary>
internal static class RejectionHook
{
    public static Exception? Call(Executor executor, ExecutorOptions options)
    {
        if (options.OnRejected is not { } callback)
        {
            return null;
        }

        try
        {
            return callback(executor, executor.Statistics.Queued);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(options.Log, executor, error);
            return null;
        }
    }
}
