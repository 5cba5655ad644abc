namespace Concurrency.Scopes;

/// <summary>Thrown when making an item of a <see cref="ResourcePool{T}"/> has taken too long.</summary>
public sealed class ResourceCreateTimeoutException : TimeoutException
{
    /// <summary>Makes the exception with a default message.</summary>
    public ResourceCreateTimeoutException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ResourceCreateTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ResourceCreateTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal ResourceCreateTimeoutException(string pool, TimeSpan timeout, Exception cause)
        : base($"The pool '{pool}' did not make an item within {timeout}. Look at what its factory connects to, or allow a longer CreateTimeout.", cause)
    {
    }
}
