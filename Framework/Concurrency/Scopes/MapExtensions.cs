namespace Concurrency.Scopes;

/// <summary>Works on the items of a sequence, a bounded number at a time, and gives the results as a sequence.</summary>
/// <remarks>
/// <para>Memory is constant: results that nobody takes stop the work, at twice the limit. Nothing runs before the first result is
/// asked for, and nothing runs any more when the enumerator's disposal has completed.</para>
/// <para>The failure of an item comes out in the item's place, and the enumeration can go on: call MoveNextAsync again. In a plain
/// <c>await foreach</c> it ends the loop; <c>MapOutcomesAsync</c> has failures as values. When the token is cancelled,
/// the work is, and MoveNextAsync throws. A failure of the source comes after the results of the items before it.</para>
/// <para>Used with a pool by a member of that pool, the map works on one item in the member's own slot, so that a full pool
/// cannot stop it. Without a limit of its own it follows the size of the pool while it runs.</para>
/// <para>What a callback of the work's or the source's token throws comes out of the enumerator's disposal, in an
/// <see cref="AggregateException"/>, when everything has ended.</para>
/// </remarks>
public static class MapExtensions
{
    /// <summary>Maps the items of a sequence.</summary>
    /// <param name="source">The items; read by one at a time, and only as far as there is room.</param>
    /// <param name="work">Receives an item and a token that is cancelled when the enumeration is, or ends.</param>
    /// <param name="options">Limit, order, pool, executor; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public static IAsyncEnumerable<TResult> MapAsync<TItem, TResult>(
        this IEnumerable<TItem> source, Func<TItem, CancellationToken, Task<TResult>> work, MapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Map(_ => new SyncItems<TItem>(source.GetEnumerator()), work, options, static outcome => outcome.Result);
    }

    /// <inheritdoc cref="MapAsync{TItem, TResult}(IEnumerable{TItem}, Func{TItem, CancellationToken, Task{TResult}}, MapOptions?)"/>
    public static IAsyncEnumerable<TResult> MapAsync<TItem, TResult>(
        this IAsyncEnumerable<TItem> source, Func<TItem, CancellationToken, Task<TResult>> work, MapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Map(source.GetAsyncEnumerator, work, options, static outcome => outcome.Result);
    }

    /// <summary>Maps the items of a sequence; failures of items are values.</summary>
    /// <inheritdoc cref="MapAsync{TItem, TResult}(IEnumerable{TItem}, Func{TItem, CancellationToken, Task{TResult}}, MapOptions?)"/>
    public static IAsyncEnumerable<TaskOutcome<TResult>> MapOutcomesAsync<TItem, TResult>(
        this IEnumerable<TItem> source, Func<TItem, CancellationToken, Task<TResult>> work, MapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Map(_ => new SyncItems<TItem>(source.GetEnumerator()), work, options, static outcome => outcome);
    }

    /// <inheritdoc cref="MapOutcomesAsync{TItem, TResult}(IEnumerable{TItem}, Func{TItem, CancellationToken, Task{TResult}}, MapOptions?)"/>
    public static IAsyncEnumerable<TaskOutcome<TResult>> MapOutcomesAsync<TItem, TResult>(
        this IAsyncEnumerable<TItem> source, Func<TItem, CancellationToken, Task<TResult>> work, MapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Map(source.GetAsyncEnumerator, work, options, static outcome => outcome);
    }

    private static Enumeration<TShown> Map<TItem, TResult, TShown>(
        Func<CancellationToken, IAsyncEnumerator<TItem>> source,
        Func<TItem, CancellationToken, Task<TResult>> work,
        MapOptions? options,
        Func<TaskOutcome<TResult>, TShown> show)
    {
        ArgumentNullException.ThrowIfNull(work);
        options ??= new MapOptions();
        options.Validate();
        return new Enumeration<TShown>(
            cancellationToken => new MapEnumerator<TItem, TResult, TShown>(source, work, options, show, cancellationToken));
    }
}
