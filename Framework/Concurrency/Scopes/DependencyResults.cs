using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The results of the dependencies of one piece of work, in the order in which they become ready.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// It may be read several times, one reading after the other. A wait ends with the work's own token, too. A dependency that has failed
/// is thrown in its turn.
/// </remarks>
public sealed class DependencyResults<TKey, TValue> : IAsyncEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private readonly DependencyPool<TKey, TValue> _pool;
    private readonly TKey[] _keys;
    private readonly DependencySlot _slot;
    private readonly CancellationToken _stopping;
    private int _isBeingRead;

    internal DependencyResults(DependencyPool<TKey, TValue> pool, TKey[] keys, DependencySlot slot, CancellationToken stopping)
    {
        _pool = pool;
        _keys = keys;
        _slot = slot;
        _stopping = stopping;
    }

    /// <summary>The keys that the work depends on, in the order in which they were given.</summary>
    public IReadOnlyList<TKey> Keys => _keys;

    /// <summary>Begins to read.</summary>
    /// <param name="cancellationToken">Ends the wait, beside the work's own token.</param>
    /// <exception cref="DependencyFailedException">A dependency has failed (through the enumeration).</exception>
    /// <exception cref="InvalidOperationException">The results are being read by somebody else (through the enumeration).</exception>
    public async IAsyncEnumerator<KeyValuePair<TKey, TValue>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isBeingRead, 1) != 0)
        {
            throw new InvalidOperationException("The results of the dependencies are read twice at the same moment. Read them one after the other.");
        }

        var either = new LinkedCancellation(_stopping, cancellationToken);
        try
        {
            await foreach (var result in _pool.EachAsync(_keys, _slot, either.Token).ConfigureAwait(Executor.Current is not null))
            {
                yield return result;
            }
        }
        finally
        {
            either.Unlink();
            Volatile.Write(ref _isBeingRead, 0);
        }
    }

    /// <summary>Waits for all dependencies.</summary>
    /// <exception cref="DependencyFailedException">A dependency has failed, the first one in time (through the task).</exception>
    public async Task<IReadOnlyDictionary<TKey, TValue>> AllAsync()
    {
        var all = _pool.NewDictionary<TValue>();
        await foreach (var (key, value) in this.ConfigureAwait(Executor.Current is not null))
        {
            all.Add(key, value);
        }

        return all;
    }
}
