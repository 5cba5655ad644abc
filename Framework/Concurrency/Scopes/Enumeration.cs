namespace Concurrency.Scopes;

/// <summary>A sequence whose enumerators somebody makes.</summary>
internal sealed class Enumeration<T>(Func<CancellationToken, IAsyncEnumerator<T>> make) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => make(cancellationToken);
}
