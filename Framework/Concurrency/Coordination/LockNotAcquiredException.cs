namespace Concurrency.Coordination;

/// <summary>Thrown when a lock was not free in time, or was not free at all and nobody wanted to wait.</summary>
public sealed class LockNotAcquiredException : TimeoutException
{
    /// <summary>Makes the exception with a default message.</summary>
    public LockNotAcquiredException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public LockNotAcquiredException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public LockNotAcquiredException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal LockNotAcquiredException(string name, TimeSpan timeout)
        : base($"The lock '{name}' was not free within {timeout}. Look at who holds it, or wait longer.") => Name = name;

    /// <summary>The name, or the file, of the lock; null if the exception was not made by one.</summary>
    public string? Name { get; }
}
