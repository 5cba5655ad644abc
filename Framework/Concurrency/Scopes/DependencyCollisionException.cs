namespace Concurrency.Scopes;

/// <summary>Thrown when a key of a <see cref="DependencyPool{TKey,TValue}"/> is taken: it was started before, or has a value.</summary>
public sealed class DependencyCollisionException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public DependencyCollisionException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DependencyCollisionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public DependencyCollisionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal DependencyCollisionException(string message, object key)
        : base(message)
    {
        Key = key;
    }

    /// <summary>The key; null if the exception was not made by a pool.</summary>
    public object? Key { get; }
}
