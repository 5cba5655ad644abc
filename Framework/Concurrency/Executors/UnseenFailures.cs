using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Reports the tasks of an executor that have failed and that nobody has looked at until the executor ended.</summary>
/// <remarks>
/// Callback, meter and event source get each of them. The log gets the first ten and then each whose number is a power of ten, with
/// how many were left out: a thousand times the same failure is to be read once.
/// </remarks>
internal sealed class UnseenFailures(Executor executor, ExecutorOptions options)
{
    private const int FirstLogged = 10;

    private long _count;

    public void Report(RootFailure failure)
    {
        var report = new TaskFailure(WorkDescription.NameOf(failure.Root), executor.Name, failure.Error, failure.CreationStack);
        var number = Interlocked.Increment(ref _count);
        ExecutorMeter.CountUnseen(executor);
        ConcurrencyEvents.Log.FailureUnseen(report.Name, executor.Name, failure.Error.GetType().Name, failure.Error.Message);
        try
        {
            options.OnUnseenFailure?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(options.Log, executor, error);
        }

        if (LastLogged(number) == number && options.LoggerBeside(options.OnUnseenFailure) is { } logger)
        {
            if (number - LastLogged(number - 1) - 1 is > 0 and var leftOut)
            {
                TaskFailureLog.UnseenLeftOut(logger, leftOut, executor, number);
            }

            TaskFailureLog.Unseen(logger, report.Name, executor, OriginOf(report), failure.Error);
        }
    }

    /// <summary>Says how many were left out since the last one that was logged; called when no more will come.</summary>
    public void End()
    {
        var number = Volatile.Read(ref _count);
        if (number - LastLogged(number) is > 0 and var leftOut && options.LoggerBeside(options.OnUnseenFailure) is { } logger)
        {
            TaskFailureLog.UnseenLeftOutAtEnd(logger, leftOut, executor, number);
        }
    }

    /// <summary>The number of the last failure up to this one that is logged.</summary>
    private static long LastLogged(long number)
    {
        if (number <= FirstLogged)
        {
            return number;
        }

        var power = (long)FirstLogged;
        while (power <= number / 10)
        {
            power *= 10;
        }

        return power;
    }

    private static string OriginOf(TaskFailure failure) => failure.CreatedAt is { } stack
        ? $"It was started here:\n{stack}"
        : "TaskTracking.Enable(recordStacks: true) shows where it was started.";
}
