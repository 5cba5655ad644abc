namespace Concurrency.Executors.Processes;

/// <summary>Thrown when work in a worker process failed: it threw there, or its input or output could not be read or written.</summary>
public sealed class ProcessWorkException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public ProcessWorkException()
        : base("The work in a worker process failed.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ProcessWorkException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ProcessWorkException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the work.</summary>
    public string WorkName { get; init; } = "";

    /// <summary>The full name of the exception type that was thrown in the worker.</summary>
    public string RemoteType { get; init; } = "";

    /// <summary>The message of the exception that was thrown in the worker, cut after 4000 characters.</summary>
    public string RemoteMessage { get; init; } = "";

    /// <summary>That exception as text, with its stack and inner exceptions, cut after 12000 characters; null if there was none.</summary>
    public string? RemoteStack { get; init; }
}
