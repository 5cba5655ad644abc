using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>Takes one item from whichever of several readers of the same type has one first.</summary>
/// <remarks>
/// For a choice that is made again and again, or between readers of different types, or with a timeout, keep a
/// <see cref="Select{TResult}"/>; it also says what is promised.
/// </remarks>
public static class Select
{
    /// <inheritdoc cref="ReadAsync{T}(IReadOnlyList{ChannelReader{T}}, CancellationToken)"/>
    public static ValueTask<SelectResult<T>> ReadAsync<T>(params ChannelReader<T>[] readers) => ReadAsync(readers, CancellationToken.None);

    /// <summary>Takes exactly one item from one of the readers, waiting until there is one.</summary>
    /// <param name="readers">At least one reader; those that have completed are left out.</param>
    /// <param name="cancellationToken">Ends the wait; a cancelled select has taken nothing.</param>
    /// <exception cref="ChannelClosedException">All readers have completed, or one has failed (through the task).</exception>
    /// <exception cref="ArgumentException">There is no reader.</exception>
    public static ValueTask<SelectResult<T>> ReadAsync<T>(IReadOnlyList<ChannelReader<T>> readers, CancellationToken cancellationToken = default)
    {
        Validate(readers);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SelectResult<T>>(cancellationToken);
        }

        var start = StartOf(readers);
        if (!Interleaving.Applies && TryReadFrom(readers, start, out var result))
        {
            return new ValueTask<SelectResult<T>>(result);
        }

        var select = new Select<SelectResult<T>>(SelectOrder.Fair, start);
        for (var i = 0; i < readers.Count; i++)
        {
            var index = i;
            select.On(readers[i], item => new SelectResult<T>(index, item));
        }

        return select.TakeAsync(cancellationToken);
    }

    /// <summary>Takes one item if one of the readers has one now.</summary>
    /// <returns>Whether an item was taken.</returns>
    /// <exception cref="ArgumentException">There is no reader.</exception>
    public static bool TryRead<T>(IReadOnlyList<ChannelReader<T>> readers, [MaybeNullWhen(false)] out SelectResult<T> result)
    {
        Validate(readers);
        return TryReadFrom(readers, Interleaving.Choose(readers.Count, StartOf(readers)), out result);
    }

    private static void Validate<T>(IReadOnlyList<ChannelReader<T>> readers)
    {
        ArgumentNullException.ThrowIfNull(readers);
        if (readers.Count == 0)
        {
            throw new ArgumentException("A select was given no reader and would never end. Give at least one.", nameof(readers));
        }

        for (var i = 0; i < readers.Count; i++)
        {
            if (readers[i] is null)
            {
                throw new ArgumentException($"Reader {i} of a select is null. Leave it out, or make its channel first.", nameof(readers));
            }
        }
    }

    private static bool TryReadFrom<T>(IReadOnlyList<ChannelReader<T>> readers, int start, out SelectResult<T> result)
    {
        for (var i = 0; i < readers.Count; i++)
        {
            var index = (start + i) % readers.Count;
            if (readers[index].TryRead(out var item))
            {
                result = new SelectResult<T>(index, item);
                return true;
            }
        }

        result = default;
        return false;
    }

    /// <summary>Where to begin: the turn is counted by the first of our own channels, so it depends on nothing but the calls.</summary>
    private static int StartOf<T>(IReadOnlyList<ChannelReader<T>> readers)
    {
        for (var i = 0; i < readers.Count; i++)
        {
            if (readers[i] is BoundedChannelReader<T> own)
            {
                return (int)(own.Core.NextSelectTurn() % (uint)readers.Count);
            }
        }

        return 0;
    }
}
