namespace Concurrency.Executors.Processes;

/// <summary>Thrown when the input or the output of work in a worker process is larger than <see cref="ProcessExecutorOptions.MaximumFrameBytes"/>.</summary>
public sealed class FrameTooLargeException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public FrameTooLargeException()
        : base("The input or output is larger than a frame may be.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public FrameTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public FrameTooLargeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the work.</summary>
    public string WorkName { get; init; } = "";

    /// <summary>The limit, in bytes.</summary>
    public int LimitBytes { get; init; }
}
