namespace Concurrency.Scopes;

/// <summary>Thrown when work was told to stop, or was refused because its pool was; it carries the reason.</summary>
public sealed class WorkStoppedException : OperationCanceledException
{
    /// <summary>Makes the exception with a default message.</summary>
    public WorkStoppedException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public WorkStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public WorkStoppedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal WorkStoppedException(string message, string reason, Exception? inner, CancellationToken token)
        : base(message, inner, token)
    {
        Reason = reason;
    }

    /// <summary>Why, in the words of whoever asked for it first.</summary>
    public string Reason { get; } = "no reason was given";
}
