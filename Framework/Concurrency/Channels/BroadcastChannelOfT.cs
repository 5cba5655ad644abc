using System.Diagnostics;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>A channel with one writing side and many subscribers, each with a bounded channel and a full mode of its own.</summary>
/// <remarks>
/// <para>A subscription begins with the first item that is written after it was made, and ends when it is disposed of; the others neither miss
/// nor see twice any item because of it. The end of the writing side, and its error, reach every subscriber after the items.</para>
/// <para>An item that is written while there is no subscriber reaches nobody; <see cref="BroadcastStatistics.Unheard"/> counts it.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("{Statistics}")]
public sealed class BroadcastChannel<T> : IInterleaved
{
    private readonly BroadcastCore<T> _core;

    internal BroadcastChannel(BroadcastCore<T> core)
    {
        _core = core;
        Writer = new BroadcastWriter<T>(core);
    }

    /// <summary>The writing side; a write that a full subscriber asked to wait is cancelled as a whole, nobody has its item then.</summary>
    public ChannelWriter<T> Writer { get; }

    /// <summary>What the broadcast has done; each subscription has statistics of its own.</summary>
    public BroadcastStatistics Statistics => _core.Statistics;

    object IInterleaved.Resource => _core;

    /// <summary>Adds a subscriber.</summary>
    /// <param name="policy">How many items wait for the subscriber at most, 1 or more, and what a write does when there is no room for another.</param>
    /// <param name="onUndelivered">Is called exactly once for each item that this subscriber was given and will not read, by the call that dropped it;
    /// what it throws reaches that caller, after every subscriber was served.</param>
    /// <returns>The subscription; of a broadcast that was completed, one that has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is 0.</exception>
    /// <exception cref="ArgumentException">The subscriber would wait, but the broadcast does not wait for its subscribers.</exception>
    public BroadcastSubscription<T> Subscribe(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered = null) =>
        _core.Subscribe(policy, onUndelivered, withLatest: false);
}
