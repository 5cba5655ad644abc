namespace Concurrency.Patterns;

/// <summary>Ends the life of an event that owns a buffer, a socket or a reply.</summary>
internal static class EventDisposal
{
    public static ValueTask DisposeAsync<T>(T item)
    {
        switch (item)
        {
            case IAsyncDisposable disposable:
                return disposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                return default;
            default:
                return default;
        }
    }
}
