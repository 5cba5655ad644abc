namespace Concurrency.Scopes;

/// <summary>Thrown when the time of a <see cref="TimeoutScope"/> has passed and its body gave in to that.</summary>
public sealed class ScopeTimeoutException : TimeoutException
{
    /// <summary>Makes the exception with a default message.</summary>
    public ScopeTimeoutException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ScopeTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public ScopeTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal ScopeTimeoutException(TimeoutScope scope, TimeSpan limit, Exception cause)
        : base($"The time of {limit} of '{scope.Name}' has passed.", cause)
    {
        Scope = scope;
    }

    /// <summary>The scope whose time has passed; null if the exception was not made by one.</summary>
    public TimeoutScope? Scope { get; }
}
