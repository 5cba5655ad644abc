namespace Concurrency.Executors.Processes;

/// <summary>Thrown when a worker process ended while it ran a request; the work may have been done in part, and is never run again by itself.</summary>
public sealed class WorkerCrashedException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public WorkerCrashedException()
        : base("The worker process ended while it ran the work.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public WorkerCrashedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public WorkerCrashedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the work that was running.</summary>
    public string WorkName { get; init; } = "";

    /// <summary>The id that the worker process had.</summary>
    public int ProcessId { get; init; }

    /// <summary>The code with which the process exited; null if a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended the process; null if it exited.</summary>
    public int? Signal { get; init; }
}
