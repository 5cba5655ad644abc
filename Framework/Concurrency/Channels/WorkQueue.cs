using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>A bounded queue of work: items are put and taken, what was taken is marked done, and <see cref="JoinAsync"/> waits until all of it is.</summary>
/// <remarks>
/// <para>It is a <see cref="BoundedChannel{T}"/> with a count of unfinished work, and keeps every promise of one: nothing is lost on
/// cancellation, waiting getters and putters are served in order of arrival. <see cref="Reader"/> and <see cref="Writer"/> are the
/// channel's own, so a queue works with <c>Select</c>, <c>ReadBatchAsync</c> and <c>RunOn</c>; what is put and taken there is counted too.</para>
/// <para>An item is unfinished from the moment the queue has taken it in until <see cref="MarkDone"/> was called for it, or until it was
/// dropped by policy or handed to <c>onUndelivered</c>.</para>
/// <para>With capacity 0 a put waits until its item is taken; the queue is then empty and full at the same time.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class WorkQueue<T> : IDisposable, IInterleaved
{
    private readonly BoundedChannel<T> _channel;
    private readonly WorkLedger<T> _work;

    /// <summary>Makes a queue, first in, first out, whose putters wait when it is full.</summary>
    /// <param name="capacity">Items that the queue holds at most; 0 makes each put wait for its getter.</param>
    /// <param name="onUndelivered">Is called exactly once for each item that no getter will get.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public WorkQueue(int capacity, Action<T, DropCause>? onUndelivered = null)
        : this(BoundedChannel.Create(new BoundedChannelPolicy(capacity), onUndelivered))
    {
    }

    /// <summary>Makes a queue with a stated policy: its name, its order, and what a put does when it is full.</summary>
    /// <inheritdoc cref="BoundedChannel.Create{T}(BoundedChannelPolicy, Action{T, DropCause}?)"/>
    public WorkQueue(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered = null)
        : this(BoundedChannel.Create(policy, onUndelivered))
    {
    }

    /// <summary>Makes a queue of a channel, for example of one with priorities or of one that keeps the newest item of each key.</summary>
    /// <param name="channel">The channel, which belongs to the queue from now on; what is inside is unfinished.</param>
    /// <exception cref="InvalidOperationException">The channel belongs to another queue already.</exception>
    public WorkQueue(BoundedChannel<T> channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _channel = channel;
        _work = WorkLedger<T>.Open(channel.Core);
    }

    /// <summary>The queue as a reader of channels sees it.</summary>
    public ChannelReader<T> Reader => _channel.Reader;

    /// <summary>The queue as a writer to channels sees it; to complete it shuts the queue down gracefully.</summary>
    public ChannelWriter<T> Writer => _channel.Writer;

    /// <summary>How many items are inside.</summary>
    public int Count => Reader.Count;

    /// <summary>How many items the queue holds at most; <see cref="Resize"/> changes it.</summary>
    public int Capacity => _channel.Capacity;

    /// <summary>Whether nothing is inside.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Whether there is no room; a queue of capacity 0 is always full.</summary>
    public bool IsFull => Count >= Capacity;

    /// <summary>How many getters wait.</summary>
    public int WaitingGetters => Statistics.WaitingReaders;

    /// <summary>How many putters wait; their items are not inside.</summary>
    public int WaitingPutters => Statistics.WaitingWriters;

    /// <summary>How many items are inside or were taken and are not done.</summary>
    public long Unfinished => _work.Unfinished;

    /// <summary>Whether the queue was shut down, in either way.</summary>
    public bool IsShutDown => _channel.Core.Closure is not null;

    /// <summary>What the queue has done and holds; a new snapshot on each call.</summary>
    public ChannelStatistics Statistics => _channel.Statistics;

    /// <summary>Puts an item, waiting for room as long as it takes.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; a cancelled put has put nothing.</param>
    /// <exception cref="QueueShutDownException">The queue was shut down, before or while the put waited (through the task).</exception>
    /// <exception cref="ChannelFullException">The queue is full and its policy refuses (through the task).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled (through the task).</exception>
    public ValueTask PutAsync(T item, CancellationToken cancellationToken = default) => Writer.WriteAsync(item, cancellationToken);

    /// <summary>Puts an item, waiting for room for a limited time.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait: zero only tries, <see cref="Timeout.InfiniteTimeSpan"/> waits as long as it takes, else up to 49 days.
    /// It runs on the clock of the current executor, or on the system's.</param>
    /// <param name="cancellationToken">Ends the wait; a cancelled put has put nothing.</param>
    /// <exception cref="QueueFullException">There was no room in time, and nothing was put (through the task).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative or too long.</exception>
    /// <inheritdoc cref="PutAsync(T, CancellationToken)" path="/exception"/>
    public ValueTask PutAsync(T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ValidateTimeout(timeout);
        var mayWait = _channel.Policy.FullMode == ChannelFullMode.Wait && timeout != Timeout.InfiniteTimeSpan;
        if (!mayWait || cancellationToken.IsCancellationRequested)
        {
            return PutAsync(item, cancellationToken);
        }

        if (!(Interleaving.Applies && timeout > TimeSpan.Zero) && TryPut(item))
        {
            return default;
        }

        return timeout != TimeSpan.Zero
            ? PutInTimeAsync(item, timeout, cancellationToken)
            : _channel.Core.Closure?.ToFailedWrite() ?? ValueTask.FromException(FullError(timeout, null));
    }

    /// <summary>Puts an item if there is room now.</summary>
    /// <returns>Whether it was put; false when the queue is full or shut down.</returns>
    public bool TryPut(T item) => Writer.TryWrite(item);

    /// <summary>Takes the next item, waiting for one as long as it takes.</summary>
    /// <param name="cancellationToken">Ends the wait; a cancelled get has taken nothing.</param>
    /// <exception cref="QueueShutDownException">The queue was shut down and holds nothing more (through the task).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled (through the task).</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken = default) => Reader.ReadAsync(cancellationToken);

    /// <summary>Takes the next item, waiting for one for a limited time.</summary>
    /// <param name="timeout">How long to wait: zero only tries, <see cref="Timeout.InfiniteTimeSpan"/> waits as long as it takes, else up to 49 days.
    /// It runs on the clock of the current executor, or on the system's.</param>
    /// <param name="cancellationToken">Ends the wait; a cancelled get has taken nothing.</param>
    /// <exception cref="QueueEmptyException">There was no item in time, and nothing was taken (through the task).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative or too long.</exception>
    /// <inheritdoc cref="GetAsync(CancellationToken)" path="/exception"/>
    public ValueTask<T> GetAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ValidateTimeout(timeout);
        if (timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested)
        {
            return GetAsync(cancellationToken);
        }

        if (!(Interleaving.Applies && timeout > TimeSpan.Zero) && TryGet(out var item))
        {
            return new ValueTask<T>(item);
        }

        if (timeout != TimeSpan.Zero)
        {
            return GetInTimeAsync(timeout, cancellationToken);
        }

        // A get from a queue that was shut down never waits.
        return IsShutDown ? GetAsync(cancellationToken) : ValueTask.FromException<T>(EmptyError(timeout, null));
    }

    /// <summary>Takes the next item if there is one now.</summary>
    /// <returns>Whether an item was taken.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T item) => Reader.TryRead(out item);

    /// <summary>Says that the work of one item that was taken is done.</summary>
    /// <exception cref="InvalidOperationException">Every item that was taken is done already.</exception>
    public void MarkDone() => _work.MarkDone();

    /// <summary>Waits until no item is unfinished: all that was put was taken and marked done. Returns at once if that is so now.</summary>
    /// <remarks>After a shutdown it waits for what is left: to be taken and marked, or (immediate) for the items that are in work.</remarks>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled (through the task).</exception>
    public ValueTask JoinAsync(CancellationToken cancellationToken = default) => _work.JoinAsync(cancellationToken);

    /// <summary>Changes how many items the queue holds at most; more room goes to the waiting putters at once.</summary>
    /// <inheritdoc cref="BoundedChannel{T}.Resize"/>
    public void Resize(int capacity) => _channel.Resize(capacity);

    /// <summary>Ends the queue: puts are refused from now on, waiting ones too.</summary>
    /// <remarks>
    /// <para>Graceful: what is inside can still be taken; when nothing is left, gets are refused.</para>
    /// <para>Immediate: what is inside goes to <c>onUndelivered</c> and counts as done, and all gets are refused, waiting ones too. A call of
    /// <see cref="JoinAsync"/> then only waits for the items that were taken before.</para>
    /// <para>A second call does nothing, except that an immediate one may follow a graceful one.</para>
    /// </remarks>
    /// <param name="immediate">Whether what is inside is given up.</param>
    public void Shutdown(bool immediate = false)
    {
        if (immediate)
        {
            _channel.Abort();
        }
        else
        {
            Writer.TryComplete();
        }
    }

    /// <summary>Shuts the queue down immediately.</summary>
    public void Dispose() => Shutdown(immediate: true);

    /// <summary>The name, the number of items and the state, for people to read.</summary>
    public override string ToString() =>
        $"{_channel.Policy.Name ?? "queue"}: {Count} of {Capacity}, {Unfinished} unfinished{(IsShutDown ? ", shut down" : string.Empty)}";

    object IInterleaved.Resource => _channel.Core;

    private static void ValidateTimeout(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, $"A queue cannot wait for {timeout}. Use zero, a time up to 49 days, or Timeout.InfiniteTimeSpan.");
        }
    }

    private QueueFullException FullError(TimeSpan timeout, Exception? cause) => new(
        $"An item was not put within {timeout}: {this}, {WaitingPutters} putters wait. Take items faster, resize the queue, or wait longer.", cause);

    private QueueEmptyException EmptyError(TimeSpan timeout, Exception? cause) => new(
        $"No item came within {timeout}: {this}, {WaitingGetters} getters wait. Put items, or wait longer.", cause);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PutInTimeAsync(T item, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeout, timeProvider: null, cancellationToken);
        try
        {
            await Writer.WriteAsync(item, limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException error) when (error.CancellationToken == limit.Over)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw FullError(timeout, error);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> GetInTimeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeout, timeProvider: null, cancellationToken);
        try
        {
            return await Reader.ReadAsync(limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException error) when (error.CancellationToken == limit.Over)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EmptyError(timeout, error);
        }
    }
}
