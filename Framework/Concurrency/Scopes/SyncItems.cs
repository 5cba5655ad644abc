namespace Concurrency.Scopes;

/// <summary>A plain sequence, read as an asynchronous one.</summary>
internal sealed class SyncItems<T>(IEnumerator<T> items) : IAsyncEnumerator<T>
{
    public T Current => items.Current;

    public ValueTask<bool> MoveNextAsync() => new(items.MoveNext());

    public ValueTask DisposeAsync()
    {
        items.Dispose();
        return default;
    }
}
