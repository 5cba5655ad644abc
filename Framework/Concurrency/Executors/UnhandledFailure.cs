using System.Runtime.ExceptionServices;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>What becomes of an exception that a callback threw to its executor.</summary>
internal static class UnhandledFailure
{
    public static void Report(Executor executor, ExecutorOptions options, Exception error)
    {
        if (options.OnUnhandledException is { } handler)
        {
            try
            {
                handler(executor, error);
                return;
            }
            catch (Exception handlerError)
            {
                ExecutorLog.HandlerFailed(options.Log, executor, handlerError);
            }
        }

        ExecutorLog.Unhandled(options.Log, executor, error);

        // Thrown on a pool thread it ends the process, as .NET does with every exception that nobody handles.
        var captured = ExceptionDispatchInfo.Capture(error);
        CleanThreads.QueueToPool(new ExecutorWork(captured.Throw));
    }
}
