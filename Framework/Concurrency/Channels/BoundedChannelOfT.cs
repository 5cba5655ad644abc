using System.Diagnostics;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>A channel with a capacity, a policy for "full", and counts of everything that happened to its items.</summary>
/// <remarks>
/// <para>Items leave in the order in which they came, unless the channel was made with another order. Whoever waits is served in order of arrival: an item goes to the pending
/// <c>ReadAsync</c> that waits longest before anyone else sees it, and a free place to the pending <c>WriteAsync</c> that waits longest; those who
/// wait by <c>WaitToReadAsync</c> or <c>WaitToWriteAsync</c> are all told, and whoever comes first gets it.</para>
/// <para>A cancelled write was not written, and a cancelled read took nothing, whatever else happens at that moment.</para>
/// <para>No code of the channel's users runs under its lock. Code that waits comes back to its own executor, even through
/// <c>ConfigureAwait(false)</c>, and always as a turn of its own: never inside the call that it waited for.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
[DebuggerTypeProxy(typeof(BoundedChannelDebugView<>))]
public sealed class BoundedChannel<T> : Channel<T>, IDisposable, IInterleaved
{
    private readonly ChannelCore<T> _core;

    internal BoundedChannel(ChannelCore<T> core, CoreWriter<T> writer)
    {
        _core = core;
        Reader = new BoundedChannelReader<T>(core);
        Writer = writer;
        if (core.Policy.Name is { } name)
        {
            core.Meter = ChannelMeter.Register(name, core);
        }
    }

    /// <summary>The policy that the channel was made with.</summary>
    public BoundedChannelPolicy Policy => _core.Policy;

    /// <summary>How many items the channel holds at most: that of its policy until <see cref="Resize"/> has changed it.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>What the channel has done and holds; a new snapshot on each call.</summary>
    public ChannelStatistics Statistics => _core.Statistics;

    private string DebuggerText
    {
        get
        {
            var state = _core.Closure is null ? "open" : Reader.Completion.IsCompleted ? "completed" : "closing";
            return $"{Policy.Name ?? "channel"}: {Reader.Count} of {Capacity}, {Policy.FullMode}, {state}";
        }
    }

    /// <summary>Changes how many items the channel holds at most.</summary>
    /// <remarks>
    /// <para>More room goes to the waiting writers at once, in order of arrival. Nothing is dropped because of a smaller capacity, in no full
    /// mode: what is inside above it is left to the readers, and until they have read it the channel is full. A write to a full channel that
    /// drops then drops one item, as always, so that the excess never grows.</para>
    /// <para>A capacity of 0 makes the channel a rendezvous, once what is inside was read.</para>
    /// </remarks>
    /// <param name="capacity">The new capacity, under the conditions under which the channel could have been made with it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative, or 0 for a channel by key or by priority.</exception>
    /// <exception cref="ArgumentException">The capacity is 0 for a channel that drops items or reads the newest first.</exception>
    public void Resize(int capacity)
    {
        var policy = Policy with { Capacity = capacity };
        if (_core.Conflation is not null)
        {
            policy.ValidateOrdered("conflating", nameof(capacity));
        }
        else if (_core.Ranks is not null)
        {
            policy.ValidateOrdered("prioritized", nameof(capacity));
        }

        policy.Validate();
        Interleaving.Touch(OperationKind.Write, _core);
        _core.Resize(capacity);
    }

    /// <summary>Closes the channel at once: what is inside goes to <c>onUndelivered</c>, waiters are released, <c>Completion</c> completes.</summary>
    /// <remarks>
    /// Pending writes fail and their items were never written. If the writer had already completed, items that are left behind make
    /// <paramref name="error"/> known all the same, unless the writer gave an error of its own. A second call does nothing.
    /// </remarks>
    /// <param name="error">What readers, writers and <c>Completion</c> get to see; null lets the channel end as if it had been completed.</param>
    public void Abort(Exception? error = null)
    {
        Interleaving.Touch(OperationKind.Complete, _core);
        _core.Ending.Abort(error);
    }

    /// <summary>Aborts the channel without an error.</summary>
    public void Dispose() => Abort();

    object IInterleaved.Resource => _core;

    internal ChannelCore<T> Core => _core;

    internal T[] CopyItems() => _core.CopyItems();
}
