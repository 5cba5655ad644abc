namespace Concurrency.Channels;

/// <summary>Thrown by <c>WriteAsync</c> when a channel with <see cref="ChannelFullMode.Reject"/> is full.</summary>
public sealed class ChannelFullException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public ChannelFullException()
        : base("The channel is full.")
    {
    }

    /// <summary>Makes the exception with a message that names the channel and its capacity.</summary>
    public ChannelFullException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ChannelFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
