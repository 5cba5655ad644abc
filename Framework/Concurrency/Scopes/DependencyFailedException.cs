namespace Concurrency.Scopes;

/// <summary>What is stored in a <see cref="DependencyPool{TKey,TValue}"/> instead of a value when the work of a key has failed.</summary>
/// <remarks>When the failure of one key makes another fail, each adds itself in front: <see cref="Keys"/> is the way to the cause.</remarks>
public sealed class DependencyFailedException : Exception
{
    /// <summary>Makes the exception with a default message.</summary>
    public DependencyFailedException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DependencyFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and the error that led to it.</summary>
    public DependencyFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal DependencyFailedException(object key, Exception error)
        : base(error is DependencyFailedException ? $"'{key}' failed because {error.Message}" : $"'{key}' failed: {error.Message}", error)
    {
        Keys = error is DependencyFailedException inner ? [key, .. inner.Keys] : [key];
    }

    /// <summary>The key whose failure this is; null if the exception was not made by a pool.</summary>
    public object? Key => Keys.Count > 0 ? Keys[0] : null;

    /// <summary>The keys from this one to the one that failed first.</summary>
    public IReadOnlyList<object> Keys { get; } = [];

    /// <summary>What went wrong in the first place: the error of the last of <see cref="Keys"/>.</summary>
    public Exception Cause => InnerException is DependencyFailedException inner ? inner.Cause : InnerException ?? this;
}
