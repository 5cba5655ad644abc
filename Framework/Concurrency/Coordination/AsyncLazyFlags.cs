namespace Concurrency.Coordination;

/// <summary>Says how an <see cref="AsyncLazy{T}"/> makes its value.</summary>
[Flags]
public enum AsyncLazyFlags
{
    /// <summary>On the .NET thread pool, once; a failure is kept like a value.</summary>
    None = 0,

    /// <summary>On the thread of whoever asks first, up to the first <c>await</c> that has to wait.</summary>
    ExecuteOnCallingThread = 1,

    /// <summary>A failure goes to those who have asked by then, and whoever asks next makes the value anew.</summary>
    RetryOnFailure = 2,
}
