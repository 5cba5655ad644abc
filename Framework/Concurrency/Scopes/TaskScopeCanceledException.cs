using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Thrown when a <see cref="TaskScope"/> ended because it was cancelled; it carries the reason.</summary>
public sealed class TaskScopeCanceledException : OperationCanceledException
{
    /// <summary>Makes the exception with a default message.</summary>
    public TaskScopeCanceledException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public TaskScopeCanceledException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public TaskScopeCanceledException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal TaskScopeCanceledException(string scope, string reason, Exception? inner, CancellationToken token)
        : base($"The scope '{scope}' was cancelled: {Given.Sentence(reason)}", inner, token)
    {
        Reason = reason;
    }

    /// <summary>Why the scope was cancelled, in the words of whoever cancelled it first.</summary>
    public string Reason { get; } = "no reason was given";
}
