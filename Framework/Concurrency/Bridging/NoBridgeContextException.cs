namespace Concurrency.Bridging;

/// <summary>Thrown by <c>SyncBridge.Await</c> when the calling code was not started with <c>SyncBridge.RunAsync</c>.</summary>
public sealed class NoBridgeContextException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public NoBridgeContextException()
        : base("SyncBridge.Await was called outside of a bridge. Start the synchronous code with SyncBridge.RunAsync, or await in asynchronous code.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public NoBridgeContextException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public NoBridgeContextException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
