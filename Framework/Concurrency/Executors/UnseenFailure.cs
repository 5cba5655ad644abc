using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Reports a task of an executor that has failed and that nobody has looked at until the executor ended.</summary>
internal static class UnseenFailure
{
    public static void Report(Executor executor, ExecutorOptions options, RootFailure failure)
    {
        var report = new TaskFailure(WorkDescription.NameOf(failure.Root), executor.Name, failure.Error, failure.CreationStack);
        ConcurrencyEvents.Log.FailureUnseen(report.Name, executor.Name, failure.Error.GetType().Name, failure.Error.Message);
        try
        {
            options.OnUnseenFailure?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(options.Logger, executor, error);
        }

        if (options.LoggerBeside(options.OnUnseenFailure) is { } logger)
        {
            TaskFailureLog.Unseen(logger, report.Name, executor, report.CreatedAt ?? "   TaskTracking.Enable(recordStacks: true) shows where", failure.Error);
        }
    }
}
