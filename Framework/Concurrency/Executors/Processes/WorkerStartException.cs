namespace Concurrency.Executors.Processes;

/// <summary>Thrown when no worker process could be started for a request; the work has not run.</summary>
public sealed class WorkerStartException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public WorkerStartException()
        : base("No worker process could be started.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public WorkerStartException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public WorkerStartException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
