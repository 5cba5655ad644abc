namespace Concurrency.Scopes;

/// <summary>Thrown when a <see cref="ResourcePools{TKey,T}"/> would need one more pool than it may have, and all of them are in use.</summary>
public sealed class ResourcePoolsFullException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public ResourcePoolsFullException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ResourcePoolsFullException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ResourcePoolsFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
