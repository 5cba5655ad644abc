namespace Concurrency.Scopes;

/// <summary>Thrown when work would wait for itself, directly or through others.</summary>
public sealed class DependencyCycleException : InvalidOperationException
{
    /// <summary>Makes the exception with a default message.</summary>
    public DependencyCycleException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DependencyCycleException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public DependencyCycleException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal DependencyCycleException(string message, IReadOnlyList<object> keys)
        : base(message)
    {
        Keys = keys;
    }

    /// <summary>The keys of the circle, each waiting for the next, with the first one again at the end.</summary>
    public IReadOnlyList<object> Keys { get; } = [];
}
