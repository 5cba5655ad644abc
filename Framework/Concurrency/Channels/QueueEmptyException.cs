namespace Concurrency.Channels;

/// <summary>Thrown by a get from a <see cref="WorkQueue{T}"/> that had no item for it in time.</summary>
public sealed class QueueEmptyException : TimeoutException
{
    /// <summary>Makes the exception with a default message.</summary>
    public QueueEmptyException()
        : base("The queue had no item in time.")
    {
    }

    /// <summary>Makes the exception with a message that says how long the get waited.</summary>
    public QueueEmptyException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public QueueEmptyException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
