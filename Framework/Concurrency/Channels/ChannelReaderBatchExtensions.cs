using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>Reads many items at once.</summary>
public static class ChannelReaderBatchExtensions
{
    /// <inheritdoc cref="ReadBatchAsync{T}(ChannelReader{T}, Memory{T}, TimeSpan, TimeProvider?, CancellationToken)"/>
    public static ValueTask<int> ReadBatchAsync<T>(
        this ChannelReader<T> reader, Memory<T> buffer, TimeSpan maxWait, CancellationToken cancellationToken = default) =>
        ReadBatchAsync(reader, buffer, maxWait, null, cancellationToken);

    /// <summary>Waits for the first item, then up to <paramref name="maxWait"/> for more, until the buffer is full.</summary>
    /// <remarks>
    /// <para>Items are taken as they come, in their order; those of a <see cref="BoundedChannel{T}"/> under one lock for all that are there.
    /// Other readers may read at the same time. While it waits it stands with those who wait by <c>WaitToReadAsync</c>.</para>
    /// <para>A cancelled batch has taken nothing: cancellation before the first item throws; once something was taken, it only ends the
    /// wait for more, and what was taken is returned. The same holds when the channel fails: its error comes with the next call.</para>
    /// </remarks>
    /// <param name="reader">Any reader; one that is not of a <see cref="BoundedChannel{T}"/> is read item by item.</param>
    /// <param name="buffer">Receives the items from its start; not empty. It must not be touched before the call has ended.</param>
    /// <param name="maxWait">How long to wait for more items after the first: zero takes what is there, <see cref="Timeout.InfiniteTimeSpan"/> waits until the buffer is full.</param>
    /// <param name="timeProvider">The clock; by default that of the current executor, or the system's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many items were taken; 0 only when the channel has completed.</returns>
    /// <exception cref="ArgumentException">The buffer is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWait"/> is negative or above 49 days.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the first item (through the task).</exception>
    public static ValueTask<int> ReadBatchAsync<T>(
        this ChannelReader<T> reader, Memory<T> buffer, TimeSpan maxWait, TimeProvider? timeProvider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("The buffer of a batch is empty, and 0 items would mean that the channel has completed. Give room for at least one.", nameof(buffer));
        }

        if (maxWait != Timeout.InfiniteTimeSpan && (maxWait < TimeSpan.Zero || maxWait.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(nameof(maxWait), maxWait, $"A batch cannot wait for {maxWait}. Use zero, a time up to 49 days, or Timeout.InfiniteTimeSpan.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        // In a simulation it goes through the interleaving point of the wait.
        var taken = Interleaving.Applies ? 0 : Take(reader, buffer.Span);
        return taken == buffer.Length || (taken != 0 && maxWait == TimeSpan.Zero)
            ? new ValueTask<int>(taken)
            : WaitForMoreAsync(reader, buffer, taken, maxWait, timeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> WaitForMoreAsync<T>(
        ChannelReader<T> reader, Memory<T> buffer, int taken, TimeSpan maxWait, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        while (taken == 0)
        {
            if (!await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(Executor.Current is not null))
            {
                return 0;
            }

            taken = Take(reader, buffer.Span);
        }

        if (taken == buffer.Length || maxWait == TimeSpan.Zero)
        {
            return taken;
        }

        using var time = new CancellationTokenSource(maxWait, timeProvider);
        using var link = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), time);
        try
        {
            while (taken < buffer.Length && await reader.WaitToReadAsync(time.Token).ConfigureAwait(Executor.Current is not null))
            {
                taken += Take(reader, buffer.Span[taken..]);
            }
        }
        catch (Exception)
        {
            // The time is over, the token was cancelled, or the channel failed: what was taken is delivered, and the next
            // call meets the token or the error again.
        }

        return taken;
    }

    private static int Take<T>(ChannelReader<T> reader, Span<T> buffer)
    {
        if (reader is BoundedChannelReader<T> own)
        {
            return own.TryReadMany(buffer);
        }

        var taken = 0;
        while (taken < buffer.Length && reader.TryRead(out var item))
        {
            buffer[taken++] = item;
        }

        return taken;
    }
}
