namespace Concurrency.Executors;

/// <summary>Thrown out of a blocking wait on an executor whose <see cref="ExecutorOptions.OnBlocking"/> is <see cref="OnBlocking.Throw"/>.</summary>
public sealed class BlockingWaitException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public BlockingWaitException()
        : base("A blocking wait was refused by the executor. Await instead.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public BlockingWaitException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public BlockingWaitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal BlockingWaitException(BlockingReport report)
        : base($"{report.Operation} would block the {report.Executor} at {report.CallSite}. Await instead, or move the work to a pool or a thread of its own.")
    {
        Report = report;
    }

    /// <summary>What was about to block, and where; null if the exception was not thrown by an executor.</summary>
    public BlockingReport? Report { get; }
}
