namespace Concurrency.Channels;

/// <summary>Thrown by a put to a <see cref="WorkQueue{T}"/> that had no room for the item in time.</summary>
public sealed class QueueFullException : TimeoutException
{
    /// <summary>Makes the exception with a default message.</summary>
    public QueueFullException()
        : base("The queue had no room in time.")
    {
    }

    /// <summary>Makes the exception with a message that says how long the put waited and what the queue held.</summary>
    public QueueFullException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public QueueFullException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
