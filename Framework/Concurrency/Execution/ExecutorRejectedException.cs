namespace Concurrency.Execution;

/// <summary>Thrown when an <see cref="Executor"/> refuses new work because its queue is full or because it is stopping.</summary>
public sealed class ExecutorRejectedException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public ExecutorRejectedException()
        : base("The executor refused the work.")
    {
    }

    /// <summary>Makes the exception with a message that says which executor refused and why.</summary>
    public ExecutorRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ExecutorRejectedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
