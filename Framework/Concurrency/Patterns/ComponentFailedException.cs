namespace Concurrency.Patterns;

/// <summary>Says that a component gave up, and names it; the cause is the inner exception.</summary>
public sealed class ComponentFailedException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public ComponentFailedException()
        : base("A component failed.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ComponentFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ComponentFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
