using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>Thrown by a put to a <see cref="WorkQueue{T}"/> that was shut down, and by a get from one that holds nothing more.</summary>
public sealed class QueueShutDownException : ChannelClosedException
{
    /// <summary>Makes the exception with a default message.</summary>
    public QueueShutDownException()
        : base("The queue is shut down.")
    {
    }

    /// <summary>Makes the exception with a message that names the queue.</summary>
    public QueueShutDownException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error with which the queue's writer was completed.</summary>
    public QueueShutDownException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
