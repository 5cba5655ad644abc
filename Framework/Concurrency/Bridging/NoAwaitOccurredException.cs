namespace Concurrency.Bridging;

/// <summary>Thrown by <c>SyncBridge.RunAsync</c> with <c>requireAwait</c> when the code has ended without a call of <c>SyncBridge.Await</c>.</summary>
public sealed class NoAwaitOccurredException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public NoAwaitOccurredException()
        : base("Bridged code ended without a call of SyncBridge.Await. It blocks where it should await, or needs no bridge.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public NoAwaitOccurredException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public NoAwaitOccurredException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
