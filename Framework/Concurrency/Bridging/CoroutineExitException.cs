namespace Concurrency.Bridging;

/// <summary>Thrown into a coroutine to end it: it runs its finally blocks, and the exception goes no further than its body.</summary>
public sealed class CoroutineExitException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public CoroutineExitException()
        : base("The coroutine was ended.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public CoroutineExitException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public CoroutineExitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
