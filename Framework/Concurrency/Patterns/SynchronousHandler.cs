namespace Concurrency.Patterns;

/// <summary>Makes a component's handler of a synchronous method.</summary>
public static class SynchronousHandler
{
    /// <summary>Wraps a method that has handled its event when it returns.</summary>
    public static Func<T, CancellationToken, ValueTask> Adapt<T>(Action<T, CancellationToken> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return (item, cancellationToken) =>
        {
            handler(item, cancellationToken);
            return default;
        };
    }
}
